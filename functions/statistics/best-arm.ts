/** How likely each call is the best, and what choosing it would cost (S2). For bets only. */

import { type Arm, checkArms } from './arm.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { type Prior, posteriorShapes, uniformPrior } from './beta-posterior.ts';

export type BestArm = {
  /** probability of having the highest rate; sums to 1. Never a significance */
  pBest: number[];
  /** expected shortfall against the best rate, in rate points */
  expectedLoss: number[];
};

/**
 * Exact integrals over independent beta posteriors, no simulation.
 * Refuses: arm_count (2 to 20), invalid_prior, invalid_count, successes_exceed_trials.
 * Source: S2; Evan Miller's closed forms for integer parameters agree. Cost: 1 ms for two arms,
 * 10 ms for twenty.
 */
export function bestArm({
  prior = uniformPrior,
  arms,
}: {
  prior?: Prior;
  arms: readonly Arm[];
}): BestArm {
  checkArms(arms);
  return bestOfShapes(posteriorShapes(prior, arms));
}
