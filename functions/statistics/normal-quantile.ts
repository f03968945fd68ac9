/** The point that a standard normal variable stays below with a given probability. */

import { normalTail } from './normal-tail.ts';

/**
 * z with P(Z <= z) = p, 0 < p < 1: Newton on the logarithm of the smaller tail, which is concave,
 * so the steps neither overshoot nor stall. Accurate to about 1e-14. Cost: about 6 tails.
 */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  let z = Math.sqrt(Math.max(0, -2 * Math.log(2 * p)));
  for (let step = 0; step < 60; step += 1) {
    const tail = normalTail(z);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const change = (Math.log(tail / p) * tail) / density;
    z += change;
    if (Math.abs(change) <= 1e-15 * Math.max(1, z)) break;
  }
  return -z;
}
