// Waves whose calls are a bet: decided from what was answered when their time has come.

import { callsOfBet, remainingFrom, withBet } from '#domain/bet-wave.ts';
import type { LegRange, ManifestHead } from '#domain/manifest.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { waveHistory } from '#domain/wave-history.ts';
import { waveBet } from '#statistics/wave-bet.ts';
import { loadCounted } from '#store/tallies.ts';
import type { Sending } from './sending.ts';

/** `next` with a bet for every wave that gets its allocation between the two heads and asks for one. */
export async function withBets(
  sending: Sending,
  plan: EmailLegPlan,
  before: ManifestHead,
  next: ManifestHead,
): Promise<ManifestHead> {
  if (!plan.waves?.some((wave) => wave.bet)) return next;
  const counted = await loadCounted(sending.ports.table, next.burst);
  const tally = counted?.roots.o?.tally ?? {};
  const legs = next.legs.map((range): LegRange => {
    const old = before.legs.find(({ leg }) => leg === range.leg)?.waves;
    if (range.leg !== plan.name || !range.waves) return range;
    const waves = range.waves.map((wave, index) => {
      const planned = plan.waves?.[index];
      if (!planned?.bet || !wave.allocation || old?.[index]?.allocation) return wave;
      const calls = callsOfBet(plan);
      const { metric } = sending.plan.registration;
      const history = waveHistory(tally, { leg: plan.name, calls, metric, waves: index });
      const remaining = remainingFrom(range, index);
      const made = waveBet({ history, remaining, bet: planned.bet });
      return withBet(wave, plan.allocation, { bet: planned.bet, calls, history, ...made });
    });
    return { ...range, waves };
  });
  return { ...next, legs };
}
