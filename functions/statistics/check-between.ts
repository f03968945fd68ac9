/** The gate for shares, levels and error budgets. */

import { type RefusalCode, StatisticsRefusal } from './refusal.ts';

/**
 * Refuses a number outside (0, 1), the ends excluded.
 * @param code the refusal to raise, for instance `invalid_alpha`
 */
export function checkOpenUnit(value: unknown, code: RefusalCode, what: string): void {
  if (typeof value !== 'number' || !(value > 0 && value < 1)) {
    throw new StatisticsRefusal(
      code,
      `${what} is ${String(value)}, allowed is above 0 and below 1`,
    );
  }
}

/** Refuses a number outside [0, 1], the ends included. */
export function checkClosedUnit(value: unknown, code: RefusalCode, what: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw new StatisticsRefusal(code, `${what} is ${String(value)}, allowed is 0 to 1`);
  }
}

/** Refuses a number that is not finite and above 0. */
export function checkPositive(value: unknown, code: RefusalCode, what: string): void {
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new StatisticsRefusal(code, `${what} is ${String(value)}, allowed is finite and above 0`);
  }
}
