/** A live interval for revenue per recipient, right at every look (S11). */

import { checkOpenUnit, checkPositive } from './check-between.ts';
import { type Moments, meanDifference } from './mean-difference.ts';

export type MeanSequenceInput = {
  a: Moments;
  b: Moments;
  alpha: number;
  /** planned matured recipients of the pair, fixed before the burst */
  nStar: number;
  relative?: boolean;
};
export type MeanSequence = {
  /** b against a */
  estimate: number;
  se: number;
  halfWidth: number;
  lo: number;
  hi: number;
};

/** Below these the asymptotic interval is not shown (S11). */
export const maturedMin = 2000;
export const buyersMin = 50;

/**
 * estimate +- sqrt(V N) sqrt(2 (N rho^2 + 1)/(N^2 rho^2) ln(sqrt(N rho^2 + 1)/alpha)),
 * N = n_A + n_B, rho^2 = (-2 ln alpha + ln(1 - 2 ln alpha))/N*. Asymptotic: show it only from 2,000
 * matured recipients and 50 buyers a call on.
 * Refuses: as meanDifference; invalid_alpha; invalid_count (nStar not above 0).
 * Source: Waudby-Smith et al., asymptotic confidence sequences, as in GrowthBook. Cost: O(1).
 */
export function meanSequence({
  a,
  b,
  alpha,
  nStar,
  relative = false,
}: MeanSequenceInput): MeanSequence {
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  checkPositive(nStar, 'invalid_count', 'nStar');
  const { estimate, varianceA, varianceB } = meanDifference(a, b, relative);
  const variance = varianceA + varianceB;
  const n = a.n + b.n;
  const logAlpha = Math.log(alpha);
  const tuned = (n * (-2 * logAlpha + Math.log(1 - 2 * logAlpha))) / nStar;
  const halfWidth = Math.sqrt(
    variance * 2 * ((tuned + 1) / tuned) * (0.5 * Math.log1p(tuned) - logAlpha),
  );
  return {
    estimate,
    se: Math.sqrt(variance),
    halfWidth,
    lo: estimate - halfWidth,
    hi: estimate + halfWidth,
  };
}
