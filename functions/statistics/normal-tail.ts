/** The upper tail of the standard normal distribution. */

import { gammaTail } from './gamma-tail.ts';

/**
 * P(Z >= z). Relative accuracy in both tails: 1/2 Q(1/2, z^2/2), mirrored below 0.
 * Source: Abramowitz and Stegun 26.2.29 with 6.5.17. Cost: O(100).
 */
export function normalTail(z: number): number {
  const half = 0.5 * gammaTail(0.5, 0.5 * z * z);
  return z >= 0 ? half : 1 - half;
}
