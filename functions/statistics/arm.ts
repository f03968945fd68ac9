/** What a comparison counts, and the gate every count passes before it is used. */

import { StatisticsRefusal } from './refusal.ts';

/** One call to action: `n` units exposed, `s` of them converted at least once. */
export type Arm = { n: number; s: number };

const armsMin = 2;
export const armsMax = 20;

/**
 * Refuses anything that is not a whole number from 0 to 2^53 - 1 (S0).
 * Cost: O(1).
 */
export function checkCount(count: unknown, what: string): asserts count is number {
  if (!Number.isSafeInteger(count) || (count as number) < 0) {
    throw new StatisticsRefusal(
      'invalid_count',
      `${what} is ${describe(count)}, allowed are whole numbers from 0 to 2^53 - 1`,
    );
  }
}

/** Refuses an arm with bad counts or more successes than trials (S0). */
export function checkArm(arm: Arm, what: string): void {
  checkCount(arm?.n, `exposures of ${what}`);
  checkCount(arm?.s, `successes of ${what}`);
  if (arm.s > arm.n) {
    throw new StatisticsRefusal(
      'successes_exceed_trials',
      `${what} has ${arm.s} successes, at most its ${arm.n} exposures`,
    );
  }
}

/** Refuses a list of arms of the wrong length, or with a bad arm in it. */
export function checkArms(arms: readonly Arm[], atLeast = armsMin): void {
  const length = Array.isArray(arms) ? arms.length : 0;
  if (length < atLeast || length > armsMax) {
    throw new StatisticsRefusal(
      'arm_count',
      `comparison holds ${length} arms, allowed are ${atLeast} to ${armsMax}`,
    );
  }
  for (const [index, arm] of arms.entries()) checkArm(arm, `arm ${index}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
