// From the commit to the last window: all legs of one start from one timer, then paced email.

import { legStartAt } from '#domain/burst.ts';
import type { Lane } from '#domain/lane.ts';
import { isActive, isFinal, type LegSummary } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import type { LaneRange } from '#domain/manifest.ts';
import { LeaseLost } from './holding.ts';
import { claimFirst, openLane } from './lane-claims.ts';
import { loadPostLeg, type PostLeg, publishPost, settlePost } from './post-leg.ts';
import { neverCalled, retryEntries } from './retry-entries.ts';
import { saveFirstCall } from './save-first-call.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';
import { type LaneEnd, workLane } from './work-lane.ts';

/** A leg ready to start: nothing is left to be read between the timer and its first call. */
type Launch = () => Promise<void>;

/**
 * Works every leg that is not over. `claimed` are the legs that this very run has committed, with
 * their first windows; any other leg that stands as claimed belongs to a lost run and is in doubt.
 */
export async function release(
  sending: Sending,
  claimed: ReadonlyMap<string, readonly Lane[]>,
): Promise<void> {
  const running: Promise<void>[] = [];
  const failures: unknown[] = [];
  const start = (launch: Launch): void => {
    running.push(launch().catch((error: unknown) => void failures.push(error)));
  };
  try {
    await startInOrder(sending, claimed, start);
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(running);
  await settleAll(failures.map((error) => Promise.reject(error)));
}

async function startInOrder(
  sending: Sending,
  claimed: ReadonlyMap<string, readonly Lane[]>,
  start: (launch: Launch) => void,
): Promise<void> {
  for (const { startAt, legs } of groups(sending)) {
    const mine = legs.filter((leg) => claimed.has(leg.name));
    const others = legs.filter((leg) => !claimed.has(leg.name));
    if (others.length > 0) await waitUntil(sending, startAt - limits.commitLeadMs);
    if (sending.holding.burst.state !== 'releasing') return;
    const launches: Launch[] = [];
    for (const leg of mine)
      launches.push(...(await launchesOf(sending, leg, claimed.get(leg.name))));
    for (const leg of others) launches.push(...(await laterLaunches(sending, leg)));
    await waitUntil(sending, startAt - limits.freshnessMs / 2);
    await freshen(sending);
    if (startAt > sending.clock.now()) await sending.clock.sleepUntil(startAt);
    for (const launch of launches) start(launch);
  }
}

/** Legs that are not over, by their common start, earliest first. */
function groups(sending: Sending): { startAt: number; legs: LegSummary[] }[] {
  const { burst } = sending.holding;
  const byStart = new Map<number, LegSummary[]>();
  for (const leg of burst.legs) {
    const startAt = legStartAt(burst, leg);
    if (startAt === undefined || isFinal(leg.state)) continue;
    byStart.set(startAt, [...(byStart.get(startAt) ?? []), leg]);
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([startAt, legs]) => ({ startAt, legs }));
}

/** Sleeps in slices, renewing the lease and noticing a stop. */
async function waitUntil(sending: Sending, at: number): Promise<void> {
  const { clock, guard, holding } = sending;
  while (clock.now() < at && clock.now() < sending.until) {
    await clock.sleep(Math.min(limits.heartbeatNearMs, at - clock.now()));
    await guard.keep();
    if (at - clock.now() > limits.heartbeatNearMs) await holding.refresh();
    if (holding.burst.state !== 'releasing') return;
  }
}

/** Header and change log as fresh as can be before a start; a failed read is tried again there. */
async function freshen(sending: Sending): Promise<void> {
  try {
    await sending.guard.refresh();
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
  }
}

/** Launches of a leg that this run has committed. Posts come first: one request each. */
async function launchesOf(
  sending: Sending,
  leg: LegSummary,
  lanes: readonly Lane[] | undefined,
): Promise<Launch[]> {
  const plan = sending.plan.legs.find((one) => one.name === leg.name);
  if (!plan) return [];
  if (plan.kind === 'broadcast') {
    const post = await loadPostLeg(sending, plan);
    return [() => (post ? publishPost(sending, post) : neverPrepared(sending, leg))];
  }
  const open = lanes ?? [];
  await settleAll(open.map((lane) => preload(sending, lane)));
  return [() => sendLeg(sending, leg.name, open)];
}

/** Members of a first window, read before the start: afterwards they come from memory. */
async function preload(sending: Sending, lane: Lane): Promise<void> {
  if (lane.window) await sending.members.range(lane.window.from, lane.window.to);
}

/** Launches of a leg that starts later, or that an earlier run has claimed. */
async function laterLaunches(sending: Sending, leg: LegSummary): Promise<Launch[]> {
  const plan = sending.plan.legs.find((one) => one.name === leg.name);
  if (!plan) return [];
  if (plan.kind === 'email') {
    const lanes = await claimLanes(sending, leg.name);
    return launchesOf(sending, leg, lanes);
  }
  if (!isActive(leg)) {
    const post = await loadPostLeg(sending, plan);
    return [() => (post ? takeOver(sending, leg, post) : neverPrepared(sending, leg))];
  }
  await sending.holding.apply({
    kind: 'leg',
    epoch: sending.holding.epoch,
    name: leg.name,
    state: 'claimed',
  });
  return launchesOf(sending, leg, undefined);
}

/** There is nothing to publish: the leg ends here, with its reason. */
async function neverPrepared(sending: Sending, leg: LegSummary): Promise<void> {
  const { epoch } = sending.holding;
  const { name } = leg;
  const reason = 'not_prepared';
  await sending.holding.apply({ kind: 'leg', epoch, name, state: 'missed', reason });
}

/** Another run claimed this post and is gone: never call, only read back (and repeat where safe). */
async function takeOver(sending: Sending, leg: LegSummary, post: PostLeg): Promise<void> {
  const { epoch } = sending.holding;
  if (leg.state !== 'in_doubt') {
    const reason = 'holder_lost';
    await sending.holding.apply({ kind: 'leg', epoch, name: leg.name, state: 'in_doubt', reason });
  }
  await settlePost(sending, post, { until: sending.until });
}

/** First windows on all lanes of a leg, all at once. */
export async function claimLanes(sending: Sending, leg: string): Promise<Lane[]> {
  const { ports, holding, head } = sending;
  const ranges = head.lanes.filter((range) => range.leg === leg);
  return settleAll(ranges.map((range) => claimFirstIfFree(ports, holding, head, range)));
}

/** A lane that has begun already is left as it stands: `workLane` settles its window. */
async function claimFirstIfFree(
  ports: Sending['ports'],
  holding: Sending['holding'],
  head: Sending['head'],
  range: LaneRange,
): Promise<Lane> {
  const lane = await openLane(ports, holding, head, range);
  const hasBegun = lane.next > lane.from || lane.window !== undefined;
  return hasBegun && holding.burst.committedEpoch !== undefined
    ? lane
    : claimFirst(ports, holding, head, range);
}

/** Works all lanes of an email leg; its end is written when the last lane is done. */
async function sendLeg(sending: Sending, name: string, lanes: readonly Lane[]): Promise<void> {
  const { holding } = sending;
  const { epoch } = holding;
  const begun = holding.burst.legs.some((leg) => leg.name === name && leg.state === 'sending');
  // The first calls start before anything is written: at T nothing may stand in their way.
  const working = lanes.map((lane) => workLane(sending, lane));
  const marking = begun ? [] : [holding.apply({ kind: 'leg', epoch, name, state: 'sending' })];
  const settled = await Promise.allSettled([...working, ...marking]);
  await saveFirstCall(sending, name);
  await settleAll(settled.map(again));
  const ends = await settleAll(working);
  const halted = ends.find((end) => end.halt !== undefined);
  if (halted) return haltLeg(sending, name, halted, ends);
  const halt = await retryEntries(sending, name, neverCalled);
  if (halt) return haltLeg(sending, name, { halt }, ends);
  await holding.apply({ kind: 'leg', epoch: holding.epoch, name, state: 'sent' });
}

function again(one: PromiseSettledResult<unknown>): Promise<unknown> {
  return one.status === 'rejected' ? Promise.reject(one.reason) : Promise.resolve();
}

/** A leg that was halted: missed when nothing had left, stopped for a person when it fell silent. */
async function haltLeg(
  sending: Sending,
  name: string,
  end: Pick<LaneEnd, 'halt' | 'haltReason'>,
  ends: readonly LaneEnd[],
): Promise<void> {
  const { holding, clock } = sending;
  if (end.halt === 'lease') throw new LeaseLost(`leg ${name} lost its lease`);
  if (end.halt === 'refused' || end.halt === 'deadline') {
    const hasBegun = ends.some(({ lane }) => lane.next > lane.from);
    const { epoch } = holding;
    if (end.halt === 'deadline' && !hasBegun) {
      const reason = 'deadline_passed';
      await holding.apply({ kind: 'leg', epoch, name, state: 'missed', reason });
      return;
    }
    const reason =
      end.halt === 'refused' ? `${name}: ${end.haltReason}` : `${name}: deadline_passed`;
    if (holding.burst.state === 'releasing') {
      await holding.apply({ kind: 'stop', now: clock.now(), reason });
    }
  }
}
