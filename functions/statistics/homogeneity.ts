/** Do several calls have one common rate? (Pearson's test, S7) */

import { type Arm, checkArms } from './arm.ts';
import { chiSquareTail } from './chi-square-tail.ts';

export type Homogeneity = { chi2: number; df: number; p: number };

/**
 * Pearson's k x 2 chi-square without continuity correction. Arms that nobody saw drop out.
 * No successes or no failures: chi2 0, p = 1.
 * Refuses: arm_count, invalid_count, successes_exceed_trials.
 * Source: Agresti, Categorical Data Analysis, section 3.2. Cost: O(arms).
 */
export function homogeneity({ arms }: { arms: readonly Arm[] }): Homogeneity {
  checkArms(arms);
  const shown = arms.filter(({ n }) => n > 0);
  const df = Math.max(0, shown.length - 1);
  const n = shown.reduce((sum, arm) => sum + arm.n, 0);
  const s = shown.reduce((sum, arm) => sum + arm.s, 0);
  if (df === 0 || s === 0 || s === n) return { chi2: 0, df, p: 1 };
  const rate = s / n;
  const variance = rate * ((n - s) / n);
  let chi2 = 0;
  for (const arm of shown) chi2 += (arm.s - arm.n * rate) ** 2 / (arm.n * variance);
  return { chi2, df, p: chiSquareTail(chi2, df) };
}
