// A list in parts: which ordinals each wave of a leg owns.

import type { LegRange, WaveRange } from './manifest.ts';
import type { WavePlan } from './plan.ts';

/**
 * Contiguous ranges that are together [from, sendableTo); the last wave takes what is left, a list
 * that is too short leaves the later ones empty. Only the first has its allocation from the start.
 */
export function waveRanges(
  leg: Pick<LegRange, 'from' | 'sendableTo' | 'allocation'>,
  waves: readonly WavePlan[],
): WaveRange[] {
  const total = leg.sendableTo - leg.from;
  let next = leg.from;
  return waves.map((wave, index) => {
    const from = next;
    const share = wave.share === undefined ? total : Math.round(wave.share * total);
    const isLast = index === waves.length - 1;
    next = isLast ? leg.sendableTo : Math.min(leg.sendableTo, from + (wave.recipients ?? share));
    if (index > 0) return { from, to: next };
    return { from, to: next, allocation: [...(wave.allocation ?? leg.allocation)] };
  });
}
