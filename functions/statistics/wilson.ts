/** The score interval of one rate (S8). */

import { checkArm } from './arm.ts';
import { checkOpenUnit } from './check-between.ts';
import { normalQuantile } from './normal-quantile.ts';

export type WilsonInput = { n: number; s: number; level?: number };
export type Interval = { lo: number; hi: number };

/**
 * How far the true rate may lie from the observed one (Wilson score interval):
 * (p + z^2/2n +- z sqrt(p q/n + z^2/4n^2)) / (1 + z^2/n).
 * Keeps its coverage near 0 and 1, where the textbook interval collapses to a point.
 * No exposure gives [0, 1]; s = 0 a lower end of exactly 0, s = n an upper end of exactly 1.
 * Refuses: invalid_count, successes_exceed_trials, invalid_level.
 * Source: E. B. Wilson, JASA 22 (1927) 209-212. Cost: O(1).
 */
export function wilson({ n, s, level = 0.95 }: WilsonInput): Interval {
  checkArm({ n, s }, 'the tally');
  checkOpenUnit(level, 'invalid_level', 'level');
  if (n === 0) return { lo: 0, hi: 1 };
  const z = -normalQuantile((1 - level) / 2);
  const square = z * z;
  const reach = z * Math.sqrt(s * ((n - s) / n) + square / 4);
  const bottom = n + square;
  return {
    lo: s === 0 ? 0 : (s * (s / n)) / (s + square / 2 + reach),
    hi: s === n ? 1 : (s + square / 2 + reach) / bottom,
  };
}
