/** The live comparison of two calls: evidence that may be watched at any time (S9). */

import { type Arm, checkArm } from './arm.ts';
import { betaMarginal } from './beta-marginal.ts';
import { checkOpenUnit } from './check-between.ts';
import { dirichletEvidence } from './dirichlet-evidence.ts';
import { logMeanExp } from './log-mean-exp.ts';
import { logitFallAt } from './logit-fall.ts';

export type PairSequentialInput = { i: Arm; j: Arm; alpha: number };
export type PairSequential = {
  /** ln of the evidence against "no difference"; ln(1/alpha) is enough at level alpha */
  logE: number;
  /** anytime p = min(1, 1/E): may be read after every conversion */
  p: number;
  /** interval at level 1 - alpha for the rate of i over the rate of j, right at every look */
  ratioLo: number;
  ratioHi: number;
};

/** The differences the mixture looks for: ratios of 1.1, 1.25 and 1.6. */
const ratios = [1.1, 1.25, 1.6] as const;

/**
 * Under no difference the next conversion is i's with probability n_i/(n_i + n_j), whatever the
 * response curve; a beta mixture around that share gives the evidence E (S9).
 * Reads the ratio of answer intensities so far; equal to the ratio of final rates when both calls
 * have the same delay curve and rates are low.
 * An arm with zero exposures says nothing: logE 0, p 1, ratio from 0 to Infinity.
 * Refuses: invalid_count, successes_exceed_trials, invalid_alpha.
 * Source: Lindon and Malek, NeurIPS 2022 (arXiv 2011.03567). Cost: O(1), a few microseconds.
 */
export function pairSequential({ i, j, alpha }: PairSequentialInput): PairSequential {
  checkArm(i, 'arm i');
  checkArm(j, 'arm j');
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  const logE = pairEvidence(i, j);
  const { ratioLo, ratioHi } = ratioInterval(i, j, alpha);
  return { logE, p: Math.min(1, Math.exp(-logE)), ratioLo, ratioHi };
}

/** ln E alone, for counts already checked; a tenth of the cost of the interval. */
export function pairEvidence(i: Arm, j: Arm): number {
  if (i.n === 0 || j.n === 0 || i.s + j.s === 0) return 0;
  const shares = [i.n / (i.n + j.n), j.n / (i.n + j.n)];
  const counts = [i.s, j.s];
  return logMeanExp(
    concentrations(i, j).map((kappa) => dirichletEvidence({ counts, shares, kappa })),
  );
}

function concentrations(i: Arm, j: Arm): number[] {
  const variance = (i.n / (i.n + j.n)) * (j.n / (i.n + j.n));
  return ratios.map((ratio) => Math.max(2, 1 / (variance * Math.log(ratio) ** 2) - 1));
}

function ratioInterval(i: Arm, j: Arm, alpha: number): { ratioLo: number; ratioHi: number } {
  if (i.n === 0 || j.n === 0 || i.s + j.s === 0) {
    return { ratioLo: 0, ratioHi: Number.POSITIVE_INFINITY };
  }
  const total = i.n + j.n;
  const marginal = logMeanExp(
    concentrations(i, j).map((kappa) =>
      betaMarginal({
        ci: i.s,
        cj: j.s,
        alpha: kappa * (i.n / total),
        beta: kappa * (j.n / total),
      }),
    ),
  );
  const fall = -Math.log(alpha) - marginal;
  if (i.s === 0) return { ratioLo: 0, ratioHi: Math.expm1(fall / j.s) * (j.n / i.n) };
  if (j.s === 0) {
    return { ratioLo: j.n / i.n / Math.expm1(fall / i.s), ratioHi: Number.POSITIVE_INFINITY };
  }
  const observed = (i.s / j.s) * (j.n / i.n);
  return {
    ratioLo: observed * Math.exp(logitFallAt(i.s, j.s, fall, -1)),
    ratioHi: observed * Math.exp(logitFallAt(i.s, j.s, fall, 1)),
  };
}
