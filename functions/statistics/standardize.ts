/** Rates of the calls over one fixed audience mix, the same for every call (S14). */

import { type Arm, checkArms } from './arm.ts';
import { compareRates } from './compare-rates.ts';
import { StatisticsRefusal } from './refusal.ts';
import { checkWeights } from './srm.ts';

export type StandardizeInput = {
  /** one entry a channel, its arms in the same order everywhere */
  strata: readonly { arms: readonly Arm[] }[];
  /** the audience mix; need not sum to 1 */
  weights: readonly number[];
};
export type Standardized = {
  /** null for a call that was never shown on a weighted channel */
  standardized: (number | null)[];
  /** added-up rates: only to find reversals, never shown */
  crude: (number | null)[];
  /** pairs of arms whose order the adding up turns round (Simpson) */
  reversedPairs: [number, number][];
};

/**
 * Rate of call i = sum over channels of weight * s/n, weights normalised to sum 1.
 * Refuses: arm_count, invalid_count, successes_exceed_trials, invalid_weights, invalid_waves.
 * Source: direct standardisation; Fleiss, Levin and Paik, chapter 19. Cost: O(arms^2 + strata arms).
 */
export function standardize({ strata, weights }: StandardizeInput): Standardized {
  checkWeights(weights, strata.length);
  const arms = strata[0]?.arms.length ?? 0;
  for (const [index, stratum] of strata.entries()) {
    checkArms(stratum.arms, 1);
    if (stratum.arms.length !== arms) {
      throw new StatisticsRefusal(
        'arm_count',
        `stratum ${index} holds ${stratum.arms.length} arms, the first holds ${arms}`,
      );
    }
  }
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  const places = Array.from({ length: arms }, (_, index) => index);
  const standardized = places.map((index) => {
    let sum = 0;
    for (const [h, stratum] of strata.entries()) {
      const weight = (weights[h] ?? 0) / mass;
      const { n, s } = stratum.arms[index] ?? { n: 0, s: 0 };
      if (weight === 0) continue;
      if (n === 0) return null;
      sum += weight * (s / n);
    }
    return sum;
  });
  const pooled = places.map((index) => pool(strata, index));
  const crude = pooled.map(({ n, s }) => (n === 0 ? null : s / n));
  return { standardized, crude, reversedPairs: reversed(standardized, pooled) };
}

/** Tallies added up over the strata. */
function pool(strata: StandardizeInput['strata'], index: number): Arm {
  let n = 0;
  let s = 0;
  for (const { arms } of strata) {
    n += arms[index]?.n ?? 0;
    s += arms[index]?.s ?? 0;
  }
  return { n, s };
}

function reversed(
  standardized: readonly (number | null)[],
  pooled: readonly Arm[],
): [number, number][] {
  const pairs: [number, number][] = [];
  for (const [i, own] of standardized.entries()) {
    for (const [j, other] of standardized.entries()) {
      const [first, second] = [pooled[i], pooled[j]];
      if (j <= i || own === null || other === null || !first || !second) continue;
      const fair = Math.abs(own - other) <= 1e-14 * Math.max(own, other) ? 0 : own - other;
      if (fair * compareRates(first, second) < 0) pairs.push([i, j]);
    }
  }
  return pairs;
}
