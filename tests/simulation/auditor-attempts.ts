// Part of V1 that shows before anybody gets anything twice: whoever may have got it is not called
// again, unless policy allows one more attempt, and then under the next number.

import type { Truth } from './truth.ts';

/** A call without an answer that can be trusted leaves its people in doubt: their number is used up. */
export function noCallUnderDoubt(truth: Truth): string[] {
  const broken: string[] = [];
  const doubtful = new Map<string, number>();
  for (const { provider, burst, addresses, attempt = 1, arrived, isTurnedAway } of truth.calls) {
    if (provider !== 'ses') continue;
    for (const address of addresses) {
      const key = `${burst} ${address}`;
      const used = doubtful.get(key) ?? 0;
      if (attempt <= used) {
        broken.push(`${burst} called ${address} again under attempt ${attempt}, which is in doubt`);
      }
      if (!arrived && isTurnedAway !== true) doubtful.set(key, Math.max(used, attempt));
    }
    if (broken.length > 5) break;
  }
  return broken;
}
