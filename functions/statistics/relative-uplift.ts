/** By how many per cent one call's rate exceeds another's (S3). */

import type { Arm } from './arm.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { type Prior, posteriorShapes, uniformPrior } from './beta-posterior.ts';
import { checkOpenUnit } from './check-between.ts';
import { ratioOfShapes } from './ratio-of-shapes.ts';

export type RelativeUpliftInput = {
  prior?: Prior;
  control: Arm;
  treatment: Arm;
  level?: number;
};
export type RelativeUplift = {
  /** P(rate of treatment > rate of control) */
  pBeats: number;
  /** mean of treatment/control - 1; null when it does not exist (the control's a <= 1) */
  mean: number | null;
  median: number;
  lo: number;
  hi: number;
};

/**
 * R = theta_B/theta_A - 1 under independent beta posteriors: median and equal-tailed interval by
 * exact integration; mean = E[theta_B] (a_A + b_A - 1)/(a_A - 1) - 1. Defined with zero successes.
 * Refuses: invalid_prior, invalid_count, successes_exceed_trials, invalid_level.
 * Source: S3 of the specification. Cost: about 5 ms.
 */
export function relativeUplift({
  prior = uniformPrior,
  control,
  treatment,
  level = 0.95,
}: RelativeUpliftInput): RelativeUplift {
  checkOpenUnit(level, 'invalid_level', 'level');
  const [base, other] = posteriorShapes(prior, [control, treatment]) as [
    { a: number; b: number },
    { a: number; b: number },
  ];
  const { quantile } = ratioOfShapes(base, [other]);
  const [, pBeats = 0] = bestOfShapes([base, other]).pBest;
  const rest = base.a - 1;
  const mean = rest > 0 ? (other.a / (other.a + other.b)) * ((rest + base.b) / rest) - 1 : null;
  return {
    pBeats,
    mean,
    median: Math.expm1(quantile(0.5)),
    lo: Math.expm1(quantile((1 - level) / 2)),
    hi: Math.expm1(quantile((1 + level) / 2)),
  };
}
