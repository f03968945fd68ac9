/** The final read of revenue per recipient: Welch's test (S12). */

import { checkOpenUnit } from './check-between.ts';
import { type Moments, meanDifference } from './mean-difference.ts';
import { student } from './student.ts';

export type WelchInput = { a: Moments; b: Moments; alpha: number; relative?: boolean };
export type Welch = {
  /** b against a */
  estimate: number;
  se: number;
  t: number;
  df: number;
  p: number;
  lo: number;
  hi: number;
};

/**
 * t = estimate/se, df of Welch and Satterthwaite, two-sided p, interval at level 1 - alpha, for the
 * same estimate and variance as meanSequence.
 * Refuses: as meanDifference; invalid_alpha.
 * Source: B. L. Welch, Biometrika 34 (1947) 28-35. Cost: about 0.2 ms.
 */
export function welch({ a, b, alpha, relative = false }: WelchInput): Welch {
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  const { estimate, varianceA, varianceB } = meanDifference(a, b, relative);
  const variance = varianceA + varianceB;
  const shareA = varianceA / variance;
  const shareB = varianceB / variance;
  const df = 1 / (shareA ** 2 / (a.n - 1) + shareB ** 2 / (b.n - 1));
  const se = Math.sqrt(variance);
  const t = estimate / se;
  const { twoSided, quantile } = student(df);
  const reach = -quantile(alpha / 2) * se;
  return { estimate, se, t, df, p: twoSided(t), lo: estimate - reach, hi: estimate + reach };
}
