/** Which of two observed rates is higher, decided in whole numbers. */

import type { Arm } from './arm.ts';

/**
 * Sign of s_i/n_i - s_j/n_j, exactly: a tie is a tie at any size. An arm without exposures counts
 * as rate 0. Cost: O(1).
 */
export function compareRates(i: Arm, j: Arm): -1 | 0 | 1 {
  if (i.n === 0 || j.n === 0) return Math.sign(rateOrZero(i) - rateOrZero(j)) as -1 | 0 | 1;
  const left = i.s * j.n;
  const right = j.s * i.n;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) {
    return Math.sign(left - right) as -1 | 0 | 1;
  }
  const exact = BigInt(i.s) * BigInt(j.n) - BigInt(j.s) * BigInt(i.n);
  if (exact === 0n) return 0;
  return exact > 0n ? 1 : -1;
}

function rateOrZero({ n, s }: Arm): number {
  return n === 0 ? 0 : s / n;
}
