/** What is known of each call's rate, given its counts (S1). */

import { type Arm, checkArm } from './arm.ts';
import { betaCurve, curveQuantile, type Shape, shareAt } from './beta-curve.ts';
import { checkPositive } from './check-between.ts';

export type Prior = { a: number; b: number };
export type RatePosterior = { mean: number; sd: number; lo: number; hi: number };

/** Nothing assumed: every rate equally likely. */
export const uniformPrior: Prior = { a: 1, b: 1 };

/**
 * Posterior Beta(a + s, b + n - s): mean, standard deviation, equal-tailed 95 % interval.
 * No exposure gives the prior's interval; the lower end is not forced to 0 when s = 0.
 * Refuses: invalid_prior, invalid_count, successes_exceed_trials.
 * Source: Bayes; the quantiles by the method of S2. Cost: 0.1 ms an arm.
 */
export function betaPosterior({
  prior = uniformPrior,
  arms,
}: {
  prior?: Prior;
  arms: readonly Arm[];
}): { arms: RatePosterior[] } {
  const shapes = posteriorShapes(prior, arms);
  return {
    arms: shapes.map((shape) => {
      const { a, b } = shape;
      const total = a + b;
      const curve = betaCurve(shape);
      return {
        mean: a / total,
        sd: Math.sqrt(((a / total) * (b / total)) / (total + 1)),
        lo: shareAt(shape, curveQuantile(curve, 0.025)),
        hi: shareAt(shape, curveQuantile(curve, 0.975)),
      };
    }),
  };
}

/** The posterior's parameters, after the gate for prior and counts. */
export function posteriorShapes(prior: Prior, arms: readonly Arm[]): Shape[] {
  checkPositive(prior?.a, 'invalid_prior', 'prior a');
  checkPositive(prior?.b, 'invalid_prior', 'prior b');
  for (const [index, arm] of arms.entries()) checkArm(arm, `arm ${index}`);
  return arms.map(({ n, s }) => ({ a: prior.a + s, b: prior.b + (n - s) }));
}
