/** Is there any difference between the calls yet, at any look? (S9) */

import { type Arm, checkArms } from './arm.ts';
import { dirichletEvidence } from './dirichlet-evidence.ts';
import { logMeanExp } from './log-mean-exp.ts';

/** The differences the mixture looks for: ratios of 1.1, 1.25 and 1.6. */
const ratios = [1.1, 1.25, 1.6] as const;

/**
 * ln E of the Dirichlet(kappa p0) mixtures, kappa = max(k, k^2/((k - 1) ln^2 phi) - 1), against
 * "every next conversion falls on call i with probability n_i/sum n". Says that there is a
 * difference, not who leads. Arms that nobody saw drop out.
 * Refuses: arm_count, invalid_count, successes_exceed_trials.
 * Source: Lindon and Malek, NeurIPS 2022. Cost: O(arms).
 */
export function globalSequential({ arms }: { arms: readonly Arm[] }): { logE: number; p: number } {
  checkArms(arms);
  const shown = arms.filter(({ n }) => n > 0);
  const k = shown.length;
  if (k < 2) return { logE: 0, p: 1 };
  const total = shown.reduce((sum, { n }) => sum + n, 0);
  const counts = shown.map(({ s }) => s);
  const shares = shown.map(({ n }) => n / total);
  const logE = logMeanExp(
    ratios.map((ratio) => {
      const kappa = Math.max(k, k ** 2 / ((k - 1) * Math.log(ratio) ** 2) - 1);
      return dirichletEvidence({ counts, shares, kappa });
    }),
  );
  return { logE, p: Math.min(1, Math.exp(-logE)) };
}
