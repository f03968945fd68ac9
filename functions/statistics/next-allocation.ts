/** The shares of the next wave, from what the waves so far answered (S5, S5b). For bets only. */

import { flooredShares } from './allocate-remaining.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { checkClosedUnit } from './check-between.ts';
import { effectiveShapes } from './effective-shapes.ts';
import { checkWaves, type Waves } from './two-way-rates.ts';

export type NextAllocationInput = {
  /** counts per wave and arm, oldest first */
  history: Waves;
  floor?: number;
};

/**
 * Thompson shares with a floor, on wave-stratified rates: a call that was sent more lately is not
 * punished for answers that are still due.
 * Refuses: arm_count, invalid_waves, invalid_count, successes_exceed_trials, invalid_probability.
 * Source: S5b of the specification. Cost: one bestArm.
 */
export function nextAllocation({ history, floor = 0.02 }: NextAllocationInput): {
  weights: number[];
} {
  checkWaves(history);
  checkClosedUnit(floor, 'invalid_probability', 'floor');
  return { weights: flooredShares(bestOfShapes(effectiveShapes(history)).pBest, floor) };
}
