/** What a later wave carries, from what the waves before it answered (S5, S18). For bets only. */

import { nextAllocation } from './next-allocation.ts';
import { stopTesting } from './stop-testing.ts';
import type { Waves } from './two-way-rates.ts';

export type WaveBetInput = {
  /** counts per wave and arm, oldest first */
  history: Waves;
  /** recipients not yet sent to, this wave included */
  remaining: number;
  /** `roll`: all to one call; `best`: by the chance of being best, while much is at stake */
  bet: 'roll' | 'best';
};
export type WaveBet = {
  /** shares by arm, summing to 1; null when nobody answered yet: nothing to bet on */
  weights: number[] | null;
  reason:
    | 'nobody_answered'
    | 'lowest_expected_loss'
    | 'less_than_one_conversion_at_stake'
    | 'value_remaining_below_1_percent'
    | 'chance_of_being_best';
  /** conversions expected to be lost by sending all of the rest to the best so far */
  atStake: number;
};

/**
 * Never evidence for a winner: it only loses little.
 * Refuses: invalid_waves, arm_count, invalid_count, successes_exceed_trials.
 * Source: S5 and S18. Cost: that of `bestArm`.
 */
export function waveBet({ history, remaining, bet }: WaveBetInput): WaveBet {
  const { stop, reason, rollOut, atStake } = stopTesting({ history, remaining });
  if (history.every((wave) => wave.every(({ s }) => s === 0))) {
    return { weights: null, reason: 'nobody_answered', atStake };
  }
  if (bet === 'best' && !stop) {
    return {
      weights: nextAllocation({ history }).weights,
      reason: 'chance_of_being_best',
      atStake,
    };
  }
  const weights = (history[0] ?? []).map((_, index) => (index === rollOut ? 1 : 0));
  if (reason === 'go_on') return { weights, reason: 'lowest_expected_loss', atStake };
  return { weights, reason, atStake };
}
