/** Evidence that counts do not follow their planned shares, watched at any time. */

import { deviance } from './deviance.ts';
import { stirlingError } from './stirling-error.ts';

export type DirichletEvidenceInput = {
  /** counts per arm */
  counts: readonly number[];
  /** the shares that would hold without a difference; positive, summing to 1 */
  shares: readonly number[];
  /** concentration of the mixture: large looks for small differences */
  kappa: number;
};

/**
 * ln E = ln [ B(kappa p + c) / B(kappa p) ] - sum c_i ln p_i.
 * Written with Stirling's formula so that the parts of order c cancel on paper:
 * sum [ D(A_i, T p_i) - 1/2 ln(A_i / alpha_i) + delta(A_i) - delta(alpha_i) ]
 * + 1/2 ln(T / kappa) - delta(T) + delta(kappa), A = alpha + c, T = kappa + C.
 * Domain: counts up to 2^53 - 1, kappa > 0. Exact to about 1e-12 relative at counts of 1e9.
 * Source: Lindon and Malek, arXiv 2011.03567. Cost: O(arms).
 */
export function dirichletEvidence({ counts, shares, kappa }: DirichletEvidenceInput): number {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return 0;
  const after = kappa + total;
  let logE = 0.5 * Math.log1p(total / kappa) - stirlingError(after) + stirlingError(kappa);
  for (const [index, count] of counts.entries()) {
    const share = shares[index] ?? 0;
    const before = kappa * share;
    logE += deviance(before + count, after * share, count - total * share);
    if (count === 0) continue;
    logE += stirlingError(before + count) - stirlingError(before);
    logE -= 0.5 * Math.log1p(count / before);
  }
  return logE;
}
