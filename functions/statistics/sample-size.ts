/** How many recipients a call needs before the burst (S17). */

import { checkOpenUnit } from './check-between.ts';
import { normalQuantile } from './normal-quantile.ts';

export type SampleSizeInput = { p1: number; p2: number; alpha: number; power: number };

/**
 * n = (z_{1-alpha/2} sqrt(2 pbar qbar) + z_power sqrt(p1 q1 + p2 q2))^2 / (p2 - p1)^2 an arm, not
 * rounded; Infinity when p1 = p2. Use the alpha of the final read.
 * Refuses: invalid_probability (rates outside 0 to 1), invalid_alpha.
 * Source: R's power.prop.test; Fleiss, Levin and Paik, Statistical Methods for Rates and
 * Proportions. Cost: O(1).
 */
export function sampleSize({ p1, p2, alpha, power }: SampleSizeInput): { n: number } {
  checkOpenUnit(p1, 'invalid_probability', 'p1');
  checkOpenUnit(p2, 'invalid_probability', 'p2');
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  checkOpenUnit(power, 'invalid_probability', 'power');
  const mean = (p1 + p2) / 2;
  const null2 = Math.sqrt(2 * mean * (1 - mean));
  const own = Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2));
  const sum = -normalQuantile(alpha / 2) * null2 + normalQuantile(power) * own;
  return { n: sum > 0 ? (sum / (p2 - p1)) ** 2 : 0 };
}
