/** How often a difference of this size would be seen (S17). */

import { checkClosedUnit, checkOpenUnit, checkPositive } from './check-between.ts';
import { normalQuantile } from './normal-quantile.ts';
import { normalTail } from './normal-tail.ts';

export type PowerInput = { n: number; p1: number; p2: number; alpha: number };

/**
 * Phi((sqrt(n) |p2 - p1| - z_{1-alpha/2} sqrt(2 pbar qbar)) / sqrt(p1 q1 + p2 q2)), n an arm.
 * Refuses: invalid_count (n not above 0), invalid_probability, invalid_alpha.
 * Source: R's power.prop.test (strict = FALSE), the inverse of sampleSize. Cost: O(1).
 */
export function power({ n, p1, p2, alpha }: PowerInput): { power: number } {
  checkPositive(n, 'invalid_count', 'n');
  checkClosedUnit(p1, 'invalid_probability', 'p1');
  checkClosedUnit(p2, 'invalid_probability', 'p2');
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  const mean = (p1 + p2) / 2;
  const reach =
    Math.sqrt(n) * Math.abs(p2 - p1) + normalQuantile(alpha / 2) * Math.sqrt(2 * mean * (1 - mean));
  const own = Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2));
  if (own === 0) return { power: reach > 0 ? 1 : 0 };
  return { power: normalTail(-reach / own) };
}
