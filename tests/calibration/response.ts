/** When answers come: how a burst's conversions spread over the looks of its window. */

import { normalTail } from '../../functions/statistics/normal-tail.ts';
import type { Chance } from './chance.ts';

/** A delay curve cut into looks: `shares[t]` is the share of all answers in by look t. */
export type Response = { shares: readonly number[] };

/** Log-normal delay, cut off at the window's end. Half the clicks within `medianHours`. */
export function response(input: {
  looks: number;
  windowHours: number;
  medianHours: number;
  spread?: number;
}): Response {
  const { looks, windowHours, medianHours, spread = 1.5 } = input;
  const at = (hours: number) => normalTail(-Math.log(hours / medianHours) / spread);
  const whole = at(windowHours);
  return {
    shares: Array.from({ length: looks }, (_, t) => at(((t + 1) * windowHours) / looks) / whole),
  };
}

/** Share of the answers in by this many hours, for waves of different age; not cut off. */
export function answeredBy(hours: number, medianHours: number, spread = 1.5): number {
  return hours <= 0 ? 0 : normalTail(-Math.log(hours / medianHours) / spread);
}

/** Adds `count` conversions to the looks at which they arrive. */
export function scatter(count: number, { shares }: Response, into: Int32Array, chance: Chance) {
  for (let i = 0; i < count; i += 1) {
    const u = chance.next();
    let lo = 0;
    let hi = shares.length - 1;
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if ((shares[middle] ?? 1) < u) lo = middle + 1;
      else hi = middle;
    }
    into[lo] = (into[lo] ?? 0) + 1;
  }
}
