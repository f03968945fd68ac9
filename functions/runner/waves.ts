// Later waves of a leg: each waits for its allocation, which is stored before its first claim.

import { legStartAt } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import { type LaneRange, type LegRange, type ManifestHead, openLanes } from '#domain/manifest.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { loadManifestHead, saveManifestHead } from '#store/manifests.ts';
import { withBets } from './bets.ts';
import { claimFirstIfFree } from './lane-claims.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';
import { isFar, waitFor } from './wait-for.ts';
import { type LaneEnd, workLane } from './work-lane.ts';

export interface WavesEnd {
  /** The lane that was halted, if one was. */
  readonly halted?: LaneEnd;
  /** No wave can leave before this instant. */
  readonly nextAt?: number;
}

/**
 * Sends every further wave whose moment comes while this runner works. `worked` are the lanes of
 * this leg that have been worked already. A leg without waves costs nothing here.
 */
export async function sendWaves(
  sending: Sending,
  plan: EmailLegPlan,
  worked: Iterable<number>,
): Promise<WavesEnd> {
  if (!plan.waves) return {};
  const done = new Set(worked);
  for (;;) {
    const nextAt = await openWaves(sending, plan);
    const open = openLanes(sending.members.head, plan.name);
    const lanes = open.filter(({ lane }) => !done.has(lane));
    for (const { lane } of lanes) done.add(lane);
    if (lanes.length > 0) {
      const halted = await sendLanes(sending, plan.name, lanes);
      if (halted) return { halted };
    } else if (nextAt === undefined) return {};
    else if (isFar(sending, nextAt) || (await waitFor(sending, nextAt)) === 'over') {
      return { nextAt };
    }
  }
}

/** Silence of a leg is measured from the start of the wave that left last. */
export function noteWaves(sending: Sending, leg: string): void {
  const range = sending.members.head.legs.find((one) => one.leg === leg);
  for (const { startAt } of range?.waves ?? []) {
    if (startAt !== undefined) sending.guard.noteProgressAt(leg, startAt);
  }
}

async function sendLanes(
  sending: Sending,
  leg: string,
  ranges: readonly LaneRange[],
): Promise<LaneEnd | undefined> {
  const { ports, holding, members } = sending;
  noteWaves(sending, leg);
  const { head } = members;
  const lanes = await settleAll(
    ranges.map((range) => claimFirstIfFree(ports, holding, head, range)),
  );
  const ends = await settleAll(lanes.map((lane) => workLane(sending, lane)));
  return ends.find((end) => end.halt !== undefined);
}

/**
 * Stores the planned allocation of every wave whose time has come and that nobody has allocated.
 * Returns when to look again; undefined when every wave has its allocation.
 */
async function openWaves(sending: Sending, plan: EmailLegPlan): Promise<number | undefined> {
  const { clock, members } = sending;
  const { table, entropy } = sending.ports;
  for (;;) {
    const head = await headOf(sending);
    members.adopt(head);
    const due = allocated(sending, head, plan, clock.now());
    if (due.kind === 'none') return due.nextAt;
    // A runner that slept through a stop must not decide for whoever gave it.
    await sending.holding.refresh();
    if (sending.holding.burst.state !== 'releasing') return clock.now();
    const next = await withBets(sending, plan, head, due.head);
    // Whoever was faster has decided; what stands there then is looked at again.
    await saveManifestHead(table, head, next, entropy.id());
  }
}

/** Read strongly: another may have stored an allocation meanwhile. */
async function headOf(sending: Sending): Promise<ManifestHead> {
  const { burst, freeze } = sending.members.head;
  const head = await loadManifestHead(sending.ports.table, burst);
  if (head?.freeze === freeze) return head;
  const message = `the manifest of burst ${burst} is not that of freeze ${freeze} any more`;
  throw new Fault('manifest_changed', message, { retryable: false });
}

type Due =
  | { readonly kind: 'due'; readonly head: ManifestHead }
  | { readonly kind: 'none'; readonly nextAt: number | undefined };

/** The head with the allocations that are due by plan, or when the next of them is. */
function allocated(sending: Sending, head: ManifestHead, plan: EmailLegPlan, now: number): Due {
  const { burst } = sending.holding;
  const summary = burst.legs.find((leg) => leg.name === plan.name);
  const legAt = (summary && legStartAt(burst, summary)) ?? now;
  let nextAt: number | undefined;
  let isDue = false;
  const wavesOf = (range: LegRange) =>
    range.waves?.map((wave, index) => {
      if (wave.allocation || wave.from === wave.to) return wave;
      const planned = plan.waves?.[index];
      const startAt =
        planned?.afterMs === undefined ? undefined : Math.floor(legAt + planned.afterMs);
      if (startAt !== undefined && startAt <= now) {
        isDue = true;
        return { ...wave, startAt, allocation: [...(planned?.allocation ?? plan.allocation)] };
      }
      // Allocating a wave wakes the burst; this is for the wake that was lost.
      const lookAt = Math.min(startAt ?? Number.POSITIVE_INFINITY, now + limits.waveLookMs);
      nextAt = Math.min(nextAt ?? lookAt, lookAt);
      return wave;
    });
  const legs = head.legs.map((range) => {
    const waves = range.leg === plan.name ? wavesOf(range) : range.waves;
    return waves ? { ...range, waves } : range;
  });
  return isDue ? { kind: 'due', head: { ...head, legs } } : { kind: 'none', nextAt };
}
