/** Were the calls shown in the shares that were planned? (sample ratio mismatch, S6) */

import { checkCount } from './arm.ts';
import { chiSquareTail } from './chi-square-tail.ts';
import { dirichletEvidence } from './dirichlet-evidence.ts';
import { logMeanExp } from './log-mean-exp.ts';
import { StatisticsRefusal } from './refusal.ts';

export type SrmInput = { observed: readonly number[]; weights: readonly number[] };
export type Srm = {
  chi2: number;
  df: number;
  /** fixed-horizon p, for the final read */
  p: number;
  sequentialLogE: number;
  /** anytime p, for every other look */
  sequentialP: number;
};

/** Below this either p voids the comparison. */
export const srmThreshold = 0.001;

/** One concentration for gross mistakes, one for splits that are slightly off. */
const concentrations = [100, 10_000] as const;

/**
 * chi2 = sum (o - E)^2/E over arms with weight > 0, and the mixture evidence
 * ln mean_kappa B(kappa p + o)/(B(kappa p) prod p^o). An exposure where none was planned: p = 0.
 * No exposure at all: p = 1. Weights need not sum to 1.
 * Refuses: invalid_count, invalid_weights.
 * Source: Lindon, Semmens and Gotwalt, arXiv 2011.03567. Cost: O(arms).
 */
export function srm({ observed, weights }: SrmInput): Srm {
  checkWeights(weights, observed.length);
  for (const [index, count] of observed.entries()) checkCount(count, `exposures of arm ${index}`);
  const planned = observed
    .map((count, index) => ({ count, weight: weights[index] ?? 0 }))
    .filter(({ weight }) => weight > 0);
  const df = planned.length - 1;
  const stray = observed.some((count, index) => count > 0 && (weights[index] ?? 0) === 0);
  if (stray) {
    const certain = Number.POSITIVE_INFINITY;
    return { chi2: certain, df, p: 0, sequentialLogE: certain, sequentialP: 0 };
  }
  const mass = planned.reduce((sum, { weight }) => sum + weight, 0);
  const counts = planned.map(({ count }) => count);
  const shares = planned.map(({ weight }) => weight / mass);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { chi2: 0, df, p: 1, sequentialLogE: 0, sequentialP: 1 };
  let chi2 = 0;
  for (const [index, count] of counts.entries()) {
    const expected = total * (shares[index] ?? 0);
    chi2 += (count - expected) ** 2 / expected;
  }
  const sequentialLogE = logMeanExp(
    concentrations.map((kappa) => dirichletEvidence({ counts, shares, kappa })),
  );
  return {
    chi2,
    df,
    p: chiSquareTail(chi2, df),
    sequentialLogE,
    sequentialP: Math.min(1, Math.exp(-sequentialLogE)),
  };
}

/** Refuses weights that are not one finite number >= 0 an arm, or are all 0. */
export function checkWeights(weights: readonly number[], arms: number): void {
  const usable =
    Array.isArray(weights) &&
    weights.length === arms &&
    weights.every((weight) => Number.isFinite(weight) && weight >= 0) &&
    weights.some((weight) => weight > 0);
  if (!usable) {
    throw new StatisticsRefusal(
      'invalid_weights',
      `weights are ${JSON.stringify(weights)?.slice(0, 200)}, needed are ${arms} numbers from 0 up, not all 0`,
    );
  }
}
