/** One burst, watched at every look through the public decision. */

import { type Decision, decide } from '../../functions/statistics/decide.ts';
import type { Chance } from './chance.ts';
import { type Response, scatter } from './response.ts';

export type BurstPlan = {
  n: number;
  /** final rate of every call */
  rates: readonly number[];
  /** delay curve of every call, or one for all */
  responses: readonly Response[];
  /** the account's own curve: what maturity is read from */
  maturity: readonly number[];
  /** conversions that arrive at the first look whatever the call, for instance scanners */
  extra?: (chance: Chance) => readonly number[];
  finalRead?: boolean;
};

export type Watched = {
  /** first claim, and the look at which it was made */
  claim: { winner: string; reason: string; look: number } | null;
  /** evidence that would have been a live claim had answers been mature */
  everLed: boolean;
  /** conversions by call at every look */
  counts: Int32Array[];
};

const names = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i));

/** Conversions by look, then `decide` at every look until a claim sticks. */
export function watch(plan: BurstPlan, chance: Chance): Watched {
  const { n, rates, responses, maturity, finalRead = true } = plan;
  const looks = maturity.length;
  const extra = plan.extra?.(chance) ?? [];
  const counts = rates.map((rate, i) => {
    const byLook = new Int32Array(looks);
    const always = extra[i] ?? 0;
    const own = responses[i] ?? responses[0];
    if (own) scatter(chance.binomial(n - always, rate), own, byLook, chance);
    byLook[0] = (byLook[0] ?? 0) + always;
    for (let t = 1; t < looks; t += 1) byLook[t] = (byLook[t] ?? 0) + (byLook[t - 1] ?? 0);
    return byLook;
  });
  const watched: Watched = { claim: null, everLed: false, counts };
  for (let look = 0; look < looks; look += 1) {
    const decision: Decision = decide({
      design: 'randomized',
      arms: counts.map((byLook, i) => ({ id: names[i] ?? '', n, s: byLook[look] ?? 0 })),
      maturity: maturity[look] ?? 1,
      finalRead: finalRead && look === looks - 1,
    });
    if (decision.status === 'leading') watched.everLed = true;
    if (decision.winner === null) continue;
    watched.claim = { winner: decision.winner, reason: decision.reason, look };
    break;
  }
  return watched;
}
