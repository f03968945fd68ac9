/** Has the test of a bet run long enough, and who gets the rest? (S5) */

import { checkCount } from './arm.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { effectiveShapes } from './effective-shapes.ts';
import { ratioOfShapes } from './ratio-of-shapes.ts';
import { checkWaves, type Waves } from './two-way-rates.ts';

export type StopTestingInput = {
  /** counts per wave and arm; a test without waves is one wave */
  history: Waves;
  /** recipients not yet sent to */
  remaining: number;
};
export type StopTesting = {
  stop: boolean;
  reason: 'less_than_one_conversion_at_stake' | 'value_remaining_below_1_percent' | 'go_on';
  /** index of the call of lowest expected loss, the lower index in a tie: it gets the rest */
  rollOut: number;
  /** conversions expected to be lost by sending the rest to it */
  atStake: number;
};

const valueMin = 0.01;
const valueQuantile = 0.95;

/**
 * Stop when L_best * remaining < 1 conversion, or when with 95 % probability no call is 1 % better
 * than the most probable best (S4). A bet: says nothing about a winner.
 * Refuses: arm_count, invalid_waves, invalid_count, successes_exceed_trials.
 * Source: S5; Scott, Multi-armed bandit experiments (2012). Cost: 2 ms for two calls.
 */
export function stopTesting({ history, remaining }: StopTestingInput): StopTesting {
  checkWaves(history);
  checkCount(remaining, 'remaining');
  const shapes = effectiveShapes(history);
  const { pBest, expectedLoss } = bestOfShapes(shapes);
  const least = Math.min(...expectedLoss);
  const rollOut = expectedLoss.indexOf(least);
  const atStake = least * remaining;
  if (atStake < 1) {
    return { stop: true, reason: 'less_than_one_conversion_at_stake', rollOut, atStake };
  }
  const star = pBest.indexOf(Math.max(...pBest));
  const { cdf } = ratioOfShapes(
    shapes[star] ?? { a: 1, b: 1 },
    shapes.filter((_, index) => index !== star),
  );
  const settled = cdf(Math.log1p(valueMin)) >= valueQuantile;
  return {
    stop: settled,
    reason: settled ? 'value_remaining_below_1_percent' : 'go_on',
    rollOut,
    atStake,
  };
}
