// From the commit to the last window: all legs of one start from one timer, then paced email.

import { legStartAt } from '#domain/burst.ts';
import type { Lane } from '#domain/lane.ts';
import { isActive, isFinal, type LegSummary } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import { startingLanes } from '#domain/manifest.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { noteMailed, sendInTurn } from './first-wave.ts';
import { LeaseLost } from './holding.ts';
import { type KeptEnd, type LegWork, sendKept } from './kept-entries.ts';
import { claimFirstIfFree } from './lane-claims.ts';
import { loadPostLeg, type PostLeg, publishPost, settlePost } from './post-leg.ts';
import { neverCalled, retryEntries } from './retry-entries.ts';
import { saveFirstCall } from './save-first-call.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';
import { isFar } from './wait-for.ts';
import { noteWaves, sendWaves } from './waves.ts';
import { type LaneEnd, workLane } from './work-lane.ts';

/** Before a start, in shares of the time for which a reading is fresh; a half makes it stale. */
const FIRST_LOOK = 0.96;
const SECOND_LOOK = 0.45;

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
    // The posts of a series are hours apart: nobody holds the burst meanwhile.
    if (mine.length === 0 && isFar(sending, startAt - limits.commitLeadMs)) return;
    if (others.length > 0) await waitUntil(sending, startAt - limits.commitLeadMs);
    if (!mayStart(sending, startAt, mine.length > 0)) return;
    const launches: Launch[] = [];
    for (const leg of mine)
      launches.push(...(await launchesOf(sending, leg, claimed.get(leg.name))));
    for (const leg of others) launches.push(...(await laterLaunches(sending, leg)));
    await waitFreshly(sending, startAt);
    for (const launch of launches) start(launch);
  }
}

/** Where the time is up before a start, the next runner claims those legs. */
function mayStart(sending: Sending, startAt: number, hasClaimed: boolean): boolean {
  if (sending.holding.burst.state !== 'releasing') return false;
  return hasClaimed || startAt <= Math.max(sending.clock.now(), sending.until);
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

/**
 * Header and change log are read twice before a start: the first reading is still fresh at the
 * start itself, so that one slow answer holds nothing up; the second keeps the calls after it going.
 */
async function waitFreshly(sending: Sending, startAt: number): Promise<void> {
  const { clock } = sending;
  await waitUntil(sending, startAt - limits.freshnessMs * FIRST_LOOK);
  const first = freshen(sending);
  first.catch(() => undefined);
  if (startAt <= clock.now()) return first;
  await waitUntil(sending, startAt - limits.freshnessMs * SECOND_LOOK);
  const both = Promise.all([first, freshen(sending)]);
  both.catch(() => undefined);
  const start = clock.sleepUntil(startAt);
  await Promise.race([both, start]);
  await start;
}

/** Header and change log as fresh as can be; a failed read is tried again at the start. */
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
  return [() => sendLeg(sending, plan, open)];
}

/** Members of a first window, read before the start: afterwards they come from memory. */
async function preload(sending: Sending, lane: Lane): Promise<void> {
  if (!lane.window) return;
  const first = await sending.members.range(lane.window.from, lane.window.to);
  sending.holdBack.warm(lane.leg, first, sending.clock.now());
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

/** First windows on all lanes that start with a leg, all at once. */
async function claimLanes(sending: Sending, leg: string): Promise<Lane[]> {
  const { ports, holding, head } = sending;
  const ranges = startingLanes(head, leg);
  return settleAll(ranges.map((range) => claimFirstIfFree(ports, holding, head, range)));
}

/** Works an email leg; its end is written when nobody of it waits any more. */
async function sendLeg(
  sending: Sending,
  plan: EmailLegPlan,
  lanes: readonly Lane[],
): Promise<void> {
  const { name } = plan;
  for (const { lastAnswerAt } of lanes) {
    if (lastAnswerAt !== undefined) sending.guard.noteProgressAt(name, lastAnswerAt);
  }
  noteWaves(sending, name);
  const work: LegWork = { state: 'working' };
  const keeping = sending.holdBack.isKeeping(name) ? sendKept(sending, name, work) : undefined;
  // A failure of the lanes is told first; this one is told by the `await` below.
  keeping?.catch(() => undefined);
  try {
    const ends = await sendInTurn(sending, plan, lanes, (some) => sendLanes(sending, name, some));
    const halted = ends.find((end) => end.halt !== undefined);
    if (halted) return await haltLeg(sending, name, halted, ends);
    const waves = await sendWaves(
      sending,
      plan,
      ends.map((end) => end.lane.lane),
    );
    if (waves.halted) return await haltLeg(sending, name, waves.halted, ends);
    work.state = 'done';
    const kept: KeptEnd = await (keeping ?? callAgain(sending, name));
    if (kept.halt) return await haltLeg(sending, name, { halt: kept.halt }, ends);
    const nexts = [waves.nextAt, kept.nextAt];
    if (nexts.every((at) => at === undefined)) await noteMailed(sending, plan, ends);
    await endLeg(sending, name, nexts);
  } finally {
    work.state = 'over';
    await keeping?.catch(() => undefined);
  }
}

async function sendLanes(
  sending: Sending,
  name: string,
  lanes: readonly Lane[],
): Promise<LaneEnd[]> {
  const { holding } = sending;
  const { epoch } = holding;
  const begun = holding.burst.legs.some((leg) => leg.name === name && leg.state === 'sending');
  // The first calls start before anything is written: at T nothing may stand in their way.
  const working = lanes.map((lane) => workLane(sending, lane));
  const marking = begun ? [] : [markSending(sending, name, epoch)];
  const settled = await Promise.allSettled([...working, ...marking]);
  if (!begun) await saveFirstCall(sending, name);
  await settleAll(settled.map(again));
  return settleAll(working);
}

/** Written while the first calls are under way: a runner that dies later takes no figure with it. */
async function markSending(sending: Sending, name: string, epoch: number): Promise<void> {
  await sending.holding.apply({ kind: 'leg', epoch, name, state: 'sending' });
  await saveFirstCall(sending, name);
}

/** Throttled to the end of their window: once more, when all lanes are done. */
async function callAgain(sending: Sending, name: string): Promise<KeptEnd> {
  const halt = await retryEntries(sending, name, neverCalled);
  return halt ? { halt } : {};
}

/** Sent, or waiting for the first of these instants. */
async function endLeg(
  sending: Sending,
  name: string,
  instants: readonly (number | undefined)[],
): Promise<void> {
  const nextAt = Math.min(...instants.map((at) => at ?? Number.POSITIVE_INFINITY));
  if (Number.isFinite(nextAt)) sending.waits.set(name, nextAt);
  else {
    const { epoch } = sending.holding;
    await sending.holding.apply({ kind: 'leg', epoch, name, state: 'sent' });
  }
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
