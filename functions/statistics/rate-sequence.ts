/** A live interval for one rate, right at every look (S10). */

import { type Arm, checkArm } from './arm.ts';
import { shareAt } from './beta-curve.ts';
import { betaMarginal } from './beta-marginal.ts';
import { checkOpenUnit } from './check-between.ts';
import { logitFallAt } from './logit-fall.ts';
import type { Interval } from './wilson.ts';

/**
 * {p : ln B(1/2 + s, 1/2 + n - s) - ln B(1/2, 1/2) - s ln p - (n - s) ln(1 - p) < ln(1/alpha)}.
 * Only for matured exposures; before that a rate so far says nothing of the final one.
 * Refuses: invalid_count, successes_exceed_trials, invalid_alpha.
 * Source: Robbins's mixture; Howard et al. 2021. Cost: O(1).
 */
export function rateSequence({ n, s, alpha }: Arm & { alpha: number }): Interval {
  checkArm({ n, s }, 'the tally');
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  if (n === 0) return { lo: 0, hi: 1 };
  const fall = -Math.log(alpha) - betaMarginal({ ci: s, cj: n - s, alpha: 0.5, beta: 0.5 });
  if (s === 0) return { lo: 0, hi: -Math.expm1(-fall / n) };
  if (s === n) return { lo: Math.exp(-fall / n), hi: 1 };
  const shape = { a: s, b: n - s };
  return {
    lo: shareAt(shape, logitFallAt(s, n - s, fall, -1)),
    hi: shareAt(shape, logitFallAt(s, n - s, fall, 1)),
  };
}
