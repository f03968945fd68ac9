/** How much better than the front runner the best call might still be (S4). For bets only. */

import { type Arm, checkArms } from './arm.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { type Prior, posteriorShapes, uniformPrior } from './beta-posterior.ts';
import { checkOpenUnit } from './check-between.ts';
import { ratioOfShapes } from './ratio-of-shapes.ts';

export type ValueRemainingInput = { prior?: Prior; arms: readonly Arm[]; q?: number };
export type ValueRemaining = {
  /** index of the arm of largest probability of being best, the lower index in a tie */
  star: number;
  /** q-quantile of (max theta - theta_star)^+ / theta_star; 0.01 means 1 % */
  value: number;
};

/**
 * The v at which integral f_*(x) prod_{j != *} F_j(min(1, (1 + v) x)) dx = q; 0 when P_* >= q.
 * Refuses: arm_count, invalid_prior, invalid_count, successes_exceed_trials, invalid_level.
 * Source: Scott, Multi-armed bandit experiments (2012). Cost: 5 ms for two arms.
 */
export function valueRemaining({
  prior = uniformPrior,
  arms,
  q = 0.95,
}: ValueRemainingInput): ValueRemaining {
  checkArms(arms);
  checkOpenUnit(q, 'invalid_level', 'q');
  const shapes = posteriorShapes(prior, arms);
  const { pBest } = bestOfShapes(shapes);
  const star = pBest.indexOf(Math.max(...pBest));
  if ((pBest[star] ?? 0) >= q) return { star, value: 0 };
  const base = shapes[star] ?? { a: 1, b: 1 };
  const { quantile } = ratioOfShapes(
    base,
    shapes.filter((_, index) => index !== star),
  );
  return { star, value: Math.max(0, Math.expm1(quantile(q))) };
}
