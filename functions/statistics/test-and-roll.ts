/** How many recipients to spend on the test when the rest gets the leader (S18). For bets. */

import { checkPositive } from './check-between.ts';

export type TestAndRollInput = {
  /** size of the list */
  N: number;
  /** sd of one answer: sqrt(m (1 - m)) for a rate around m */
  s: number;
  /** sd between past calls' rates */
  sigma: number;
};

/**
 * n* = sqrt((N/4)(s/sigma)^2 + (3/4 (s/sigma)^2)^2) - 3/4 (s/sigma)^2 an arm, not rounded: the
 * profit-maximising test of two calls. For more than two calls a floor.
 * Refuses: invalid_count (N), invalid_rate (s, sigma).
 * Source: Feit and Berman, Journal of Marketing Research 56 (2019), equation 10. Cost: O(1).
 */
export function testAndRoll({ N, s, sigma }: TestAndRollInput): { n: number } {
  checkPositive(N, 'invalid_count', 'N');
  checkPositive(s, 'invalid_rate', 's');
  checkPositive(sigma, 'invalid_rate', 'sigma');
  const ratio = (s / sigma) ** 2;
  const shift = 0.75 * ratio;
  const tested = (N / 4) * ratio;
  return { n: tested / (Math.sqrt(tested + shift * shift) + shift) };
}
