/** How many of a list are tested before the rest gets what did best (S18). For bets only. */

import { testAndRoll } from './test-and-roll.ts';

export type TestSizeInput = {
  /** size of the list */
  N: number;
  /** calls tested */
  arms: number;
  /** expected rate */
  rate: number;
  /** sd between calls' rates */
  spread: number;
};

/**
 * Recipients over all calls: S18's size an arm, which for more than two calls is a floor; never
 * more than half the list, because a test that leaves no rest is none.
 * Refuses: invalid_count, invalid_rate. Cost: O(1).
 */
export function testSize({ N, arms, rate, spread }: TestSizeInput): { n: number } {
  const { n } = testAndRoll({ N, s: Math.sqrt(rate * (1 - rate)), sigma: spread });
  return { n: Math.max(Math.min(arms, N), Math.min(Math.ceil(n) * arms, Math.floor(N / 2))) };
}
