// A list never mailed before: its first wave leaves alone, and its feedback is waited for.

import { codeOf } from '#domain/faults.ts';
import { hasFeedback } from '#domain/first-wave.ts';
import { acceptedCount, type Lane } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import { type LaneRange, openLanes } from '#domain/manifest.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { loadAudienceHistory, saveAudienceHistory } from '#store/audience-history.ts';
import type { Halt } from './guard.ts';
import { LeaseLost } from './holding.ts';
import { claimFirstIfFree } from './lane-claims.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';
import { waitFor } from './wait-for.ts';
import type { LaneEnd } from './work-lane.ts';

type Send = (lanes: readonly Lane[]) => Promise<LaneEnd[]>;

/**
 * Sends the lanes that start; where they are a first wave, waits for its feedback and sends the
 * others. Whoever takes over waits on, counting from the wave's last answer, or not at all where the
 * feedback is there already.
 */
export async function sendInTurn(
  sending: Sending,
  plan: EmailLegPlan,
  lanes: readonly Lane[],
  send: Send,
): Promise<LaneEnd[]> {
  const ends = await send(lanes);
  const rest = restOf(sending, plan.name);
  const last = ends.at(-1);
  if (rest.length === 0 || !last || ends.some((end) => end.halt !== undefined)) return ends;
  const first = ends.map((end) => end.lane);
  const halt = await waitForFeedback(sending, plan.name, first);
  if (halt) return [...ends.slice(0, -1), { lane: last.lane, halt }];
  await noteMailed(sending, plan, ends);
  const { ports, holding, members } = sending;
  const claims = rest.map((range) => claimFirstIfFree(ports, holding, members.head, range));
  return [...ends, ...(await send(await settleAll(claims)))];
}

/** Notes that this audience has been mailed: the next burst needs no first wave. */
export async function noteMailed(
  sending: Sending,
  plan: EmailLegPlan,
  ends: readonly LaneEnd[],
): Promise<void> {
  const { table, entropy, log } = sending.ports;
  const sent = ends.reduce((sum, { lane }) => sum + acceptedCount(lane), 0);
  if (sent === 0) return;
  const now = Math.floor(sending.clock.now());
  try {
    const before = await loadAudienceHistory(table, plan.audience);
    const base = before ?? {
      audience: plan.audience,
      revision: 0,
      nonce: sending.holding.holder,
      firstSentAt: now,
    };
    await saveAudienceHistory(table, before, { ...base, lastSentAt: now, sent }, entropy.id());
  } catch (error) {
    // It costs a first wave that was not needed, never a message.
    log.warn('history_unwritten', { burst: sending.plan.burst, code: codeOf(error) });
  }
}

/** The lanes that wait for the first wave; none where the leg has no such wave. */
function restOf(sending: Sending, leg: string): LaneRange[] {
  const open = openLanes(sending.members.head, leg);
  const first = open.find((range) => range.isFirst);
  return first ? open.filter((range) => !range.isFirst && range.wave === first.wave) : [];
}

/** Until 95 % of the wave was delivered or bounced, or ten minutes have passed. */
async function waitForFeedback(
  sending: Sending,
  leg: string,
  first: readonly Lane[],
): Promise<Halt | undefined> {
  const { breaker, clock, guard, holding, ports } = sending;
  const accepted = first.reduce((sum, lane) => sum + acceptedCount(lane), 0);
  const answeredAt = first.map((lane) => lane.lastAnswerAt ?? Number.NEGATIVE_INFINITY);
  const lastAt = Math.max(...answeredAt);
  const untilAt = Number.isFinite(lastAt) ? lastAt + limits.firstWaveWaitMs : clock.now();
  const isHeard = () => hasFeedback(accepted, breaker.heardOf(leg));
  ports.log.info('first_wave_sent', { burst: holding.burst.id, leg, accepted });
  // A look that fails is made up for by those of the watch; a lease that is lost ends all of them.
  const look = () =>
    breaker.look().catch((error: unknown) => {
      if (error instanceof LeaseLost) throw error;
    });
  await look();
  if (!isHeard()) await waitFor(sending, untilAt, isHeard);
  // The last look decides with all that is known.
  await look();
  if (holding.burst.state !== 'releasing') return 'stopped';
  if (clock.now() >= sending.until) return 'until';
  // It was silent on purpose until now.
  guard.noteProgressAt(leg, clock.now());
  ports.log.info('first_wave_heard', { burst: holding.burst.id, leg, ...breaker.heardOf(leg) });
  return undefined;
}
