/** How many of the remaining sends each call gets (S5). For bets only. */

import { checkCount } from './arm.ts';
import { checkClosedUnit } from './check-between.ts';
import { checkWeights } from './srm.ts';

export type AllocateRemainingInput = {
  pBest: readonly number[];
  floor?: number;
  remaining: number;
};
export type Allocation = { weights: number[]; counts: number[] };

/**
 * Weights max(P_i, floor)/sum (Thompson shares with a floor, not top-two); whole numbers by largest
 * remainder, ties to the lower index, so the counts add up to `remaining` exactly.
 * Refuses: invalid_probability, invalid_weights, invalid_count.
 * Source: S5; largest remainder is Hamilton's method. Cost: O(arms log arms).
 */
export function allocateRemaining({
  pBest,
  floor = 0.02,
  remaining,
}: AllocateRemainingInput): Allocation {
  checkCount(remaining, 'remaining');
  checkClosedUnit(floor, 'invalid_probability', 'floor');
  for (const p of pBest) checkClosedUnit(p, 'invalid_probability', 'pBest');
  const weights = flooredShares(pBest, floor);
  const exact = weights.map((weight) => weight * remaining);
  const counts = exact.map(Math.floor);
  const left = remaining - counts.reduce((sum, count) => sum + count, 0);
  const order = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((x, y) => y.rest - x.rest || x.index - y.index);
  for (const { index } of order.slice(0, left)) counts[index] = (counts[index] ?? 0) + 1;
  return { weights, counts };
}

/** Shares of at least the floor (before normalising), summing to 1. */
export function flooredShares(pBest: readonly number[], floor: number): number[] {
  const raised = pBest.map((p) => Math.max(p, floor));
  checkWeights(raised, pBest.length);
  const sum = raised.reduce((total, weight) => total + weight, 0);
  return raised.map((weight) => weight / sum);
}
