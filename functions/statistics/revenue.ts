/** Revenue per recipient, leader against one rival, when there is enough of it (S11, S12). */

import type { Moments } from './mean-difference.ts';
import { buyersMin, type MeanSequence, maturedMin, meanSequence } from './mean-sequence.ts';
import { type Welch, welch } from './welch.ts';

/** Sums of value over matured recipients; `buyers` had a value above 0. Minor units of money. */
export type ValueTally = Moments & { buyers: number };
export type Revenue =
  | { state: 'too_few_orders' }
  | {
      state: 'shown';
      /** live, relative to the rival */
      live: MeanSequence;
      /** only at the final read */
      final: Welch | null;
      /** value per order of leader and rival: what differs is mostly orders or this */
      perOrder: { leader: number; rival: number };
    };

/**
 * The live interval at alphaLive, Welch at alphaFinal in the final read; nothing below 2,000 matured
 * recipients or 50 buyers a call, because both are asymptotic.
 * Refuses: as meanDifference. Cost: 0.3 ms.
 */
export function revenue(input: {
  leader: ValueTally;
  rival: ValueTally;
  alphaLive: number;
  alphaFinal: number;
  nStar: number;
  finalRead: boolean;
}): Revenue {
  const { leader, rival, alphaLive, alphaFinal, nStar, finalRead } = input;
  const enough = [leader, rival].every(({ n, buyers }) => n >= maturedMin && buyers >= buyersMin);
  if (!enough || rival.sum === 0) return { state: 'too_few_orders' };
  const pair = { a: moments(rival), b: moments(leader), relative: true };
  return {
    state: 'shown',
    live: meanSequence({ ...pair, alpha: alphaLive, nStar }),
    final: finalRead ? welch({ ...pair, alpha: alphaFinal }) : null,
    perOrder: { leader: leader.sum / leader.buyers, rival: rival.sum / rival.buyers },
  };
}

function moments({ n, sum, sumSq }: ValueTally): Moments {
  return { n, sum, sumSq };
}
