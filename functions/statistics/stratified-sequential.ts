/** The live comparison of two calls across waves, bursts or randomised channels (S9b). */

import { type Arm, checkArm } from './arm.ts';
import { logMeanExp } from './log-mean-exp.ts';

export type PairStratum = { i: Arm; j: Arm };
export type StratifiedSequential = { logE: number; p: number };

/** ln phi = +-2^(-m/2), m = -2..20; the ratios seen in practice (m = 1..9) weigh three times. */
const grid = Array.from({ length: 23 }, (_, index) => index - 2).flatMap((m) =>
  [1, -1].map((sign) => ({ logPhi: sign * 2 ** (-m / 2), weight: m >= 1 && m <= 9 ? 3 : 1 })),
);
const gridWeights = grid.map(({ weight }) => weight);

/**
 * E = sum_g w_g prod_strata (th_g/p0)^{c_i} ((1 - th_g)/(1 - p0))^{c_j}: the common ratio phi is
 * mixed over, and each stratum keeps its own split, so a split that changed between waves cannot
 * turn into a difference. Strata in which an arm was not shown drop out.
 * Refuses: invalid_count, successes_exceed_trials.
 * Source: S9b; Turner, Ly and Gruenwald on safe tests for 2x2 tables. Cost: O(46 strata).
 */
export function stratifiedSequential({
  strata,
}: {
  strata: readonly PairStratum[];
}): StratifiedSequential {
  for (const [index, { i, j }] of strata.entries()) {
    checkArm(i, `arm i of stratum ${index}`);
    checkArm(j, `arm j of stratum ${index}`);
  }
  const used = strata.filter(({ i, j }) => i.n > 0 && j.n > 0 && i.s + j.s > 0);
  if (used.length === 0) return { logE: 0, p: 1 };
  const logE = logMeanExp(
    grid.map(({ logPhi }) => {
      let sum = 0;
      for (const stratum of used) sum += stratumLog(stratum, logPhi);
      return sum;
    }),
    gridWeights,
  );
  return { logE, p: Math.min(1, Math.exp(-logE)) };
}

/** c_i ln(th/p0) + c_j ln((1 - th)/(1 - p0)); ln phi + q and q by the arm that shrinks less. */
function stratumLog({ i, j }: PairStratum, logPhi: number): number {
  const share = i.n / (i.n + j.n);
  const q = -Math.log1p(share * Math.expm1(logPhi));
  const p = -Math.log1p((j.n / (i.n + j.n)) * Math.expm1(-logPhi));
  return i.s * p + j.s * q;
}
