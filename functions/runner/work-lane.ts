// Works one lane to its end: settle the open window, claim the next in the same write, send, repeat.

import { isUnanswered } from '#domain/faults.ts';
import {
  claimStanding,
  closeAndClaim,
  closeAt,
  isDone,
  type Lane,
  type Window,
  windowSize,
} from '#domain/lane.ts';
import { type EntryOutcome, isUnchanged, type WindowRecord } from '#domain/window-record.ts';
import { saveLane } from '#store/lanes.ts';
import type { Saved } from '#store/save.ts';
import { loadWindowRecord, saveWindowRecord } from '#store/window-records.ts';
import type { Halt } from './guard.ts';
import { LeaseLost } from './holding.ts';
import { type SentWindow, sendWindow } from './send-window.ts';
import type { Sending } from './sending.ts';

export interface LaneEnd {
  readonly lane: Lane;
  /** Why it ended before its last ordinal; absent when the lane is done. */
  readonly halt?: Halt | 'refused';
  readonly haltReason?: string;
}

/** Returns when the lane is done or halted, with no window of ours left open. */
export async function workLane(sending: Sending, start: Lane): Promise<LaneEnd> {
  let end: LaneEnd = await waitForShare(sending, start);
  while (end.halt === undefined && !isDone(end.lane)) end = await step(sending, end.lane);
  return end;
}

/** A window is as large as the rate allows: none is claimed while other bursts use all of it. */
async function waitForShare(sending: Sending, lane: Lane): Promise<LaneEnd> {
  const { clock, guard, pace, share } = sending;
  while (share.perSecond === 0 && !isDone(lane)) {
    const halt = await guard.check(lane.leg);
    if (halt) return { lane, halt };
    await guard.keep();
    if (share.perSecond === 0) await clock.sleep(250);
  }
  if (share.perSecond > 0) pace.share(share.perSecond);
  return { lane };
}

/** One write further: claim, settle another's window, or send our own. */
async function step(sending: Sending, lane: Lane): Promise<LaneEnd> {
  const { window } = lane;
  if (!window) {
    const halt = await sending.guard.check(lane.leg);
    if (halt) return { lane, halt };
    return { lane: await save(sending, lane, claimNext(sending, lane, 0)) };
  }
  if (claimStanding(window, sending.holding.burst) !== 'ours') {
    const taken = await takeWindow(sending, lane, window);
    const halt = await sending.guard.check(lane.leg);
    if (halt) return { lane: await save(sending, taken.lane, taken.closed), halt };
    return { lane: await save(sending, taken.lane, claimNext(sending, taken.closed, 0)) };
  }
  const sent = await sendWindow(sending, lane.leg, window);
  return ended(await settle(sending, lane, window, sent), sent);
}

function ended(lane: Lane, sent: SentWindow): LaneEnd {
  return {
    lane,
    ...(sent.halt === undefined ? {} : { halt: sent.halt }),
    ...(sent.haltReason === undefined ? {} : { haltReason: sent.haltReason }),
  };
}

function claimNext(sending: Sending, lane: Lane, excepted: number): Lane {
  return closeAndClaim(lane, {
    epoch: sending.holding.epoch,
    size: windowSize(sending.pace.perSecond),
    now: sending.clock.now(),
    excepted,
  });
}

/** Records what became of our own window: exceptions first, then one write that closes and claims. */
async function settle(
  sending: Sending,
  lane: Lane,
  window: Window,
  sent: SentWindow,
): Promise<Lane> {
  try {
    return await close(sending, lane, window, sent);
  } catch (error) {
    if (error instanceof LeaseLost) await teach(sending, lane, window, sent);
    throw error;
  }
}

async function close(
  sending: Sending,
  lane: Lane,
  window: Window,
  sent: SentWindow,
): Promise<Lane> {
  const { exceptions } = sent;
  if (exceptions.length > 0) {
    // The record says how far the calls went: what lies beyond was never called.
    const to = sent.halt ? sent.calledTo : window.to;
    await recordOwn(sending, lane, { ...window, to }, exceptions);
  }
  const stamped: Lane = {
    ...lane,
    ...stamp('firstCallAt', lane.firstCallAt ?? sent.firstCallAt),
    ...stamp('lastAnswerAt', sent.lastAnswerAt ?? lane.lastAnswerAt),
  };
  const { epoch } = sending.holding;
  const next = sent.halt
    ? closeAt(stamped, sent.calledTo, epoch, exceptions.length)
    : claimNext(sending, stamped, exceptions.length);
  return save(sending, lane, next);
}

function stamp(name: 'firstCallAt' | 'lastAnswerAt', at: number | undefined): Partial<Lane> {
  return at === undefined ? {} : { [name]: at };
}

/** A write whose answer stays out is tried until the lease is over: the outcome must not be lost. */
async function save(sending: Sending, lane: Lane, next: Lane): Promise<Lane> {
  const { table, entropy } = sending.ports;
  for (;;) {
    try {
      const saved = await saveLane(table, lane, next, entropy.id());
      if (saved.kind === 'saved') return saved.item;
      throw new LeaseLost(`lane ${lane.lane} of ${lane.burst} was taken over`);
    } catch (error) {
      if (error instanceof LeaseLost || !sending.holding.isInsideLease) throw error;
      if (!isUnanswered(error) && !isRetryable(error)) throw error;
      await sending.clock.sleep(100);
      await sending.guard.keep();
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

function recordOf(
  sending: Sending,
  lane: Lane,
  window: Window,
  outcomes: readonly EntryOutcome[],
): WindowRecord {
  return {
    burst: lane.burst,
    lane: lane.lane,
    leg: lane.leg,
    from: window.from,
    to: window.to,
    epoch: window.epoch,
    attempt: window.attempt,
    revision: 0,
    nonce: sending.holding.holder,
    recordedAt: sending.clock.now(),
    outcomes: [...outcomes],
  };
}

/**
 * Takes a window from another epoch. The lane is written first, so that its owner can no longer
 * close it: a record that the owner's own close would contradict is never made.
 * @returns the lane as it now stands, and as it is to be written next
 */
export async function takeWindow(
  sending: Sending,
  lane: Lane,
  window: Window,
): Promise<{ readonly lane: Lane; readonly closed: Lane }> {
  const taken = await save(sending, lane, { ...lane, epoch: sending.holding.epoch });
  const { closedTo, excepted } = await recordInDoubt(sending, taken, window);
  return { lane: taken, closed: closeAt(taken, closedTo, sending.holding.epoch, excepted) };
}

/**
 * The first record of a window. One of an older epoch belongs to a window that its owner closed
 * without it, or the lane would stand behind it: it is replaced.
 */
async function saveFirst(sending: Sending, record: WindowRecord): Promise<Saved<WindowRecord>> {
  const { table, entropy } = sending.ports;
  const saved = await saveWindowRecord(table, undefined, record, entropy.id());
  if (saved.kind === 'saved' || !saved.current || saved.current.epoch >= record.epoch) return saved;
  return saveWindowRecord(table, saved.current, record, entropy.id());
}

/** Our own knowledge of our own window; one that is there already was made by a successor. */
async function recordOwn(
  sending: Sending,
  lane: Lane,
  window: Window,
  exceptions: readonly EntryOutcome[],
): Promise<void> {
  const record = recordOf(sending, lane, window, exceptions);
  for (;;) {
    try {
      const saved = await saveFirst(sending, record);
      if (saved.kind === 'saved') return;
      throw new LeaseLost(`window ${window.from} of lane ${lane.lane} was taken over`);
    } catch (error) {
      if (error instanceof LeaseLost || !sending.holding.isInsideLease) throw error;
      if (!isUnanswered(error) && !isRetryable(error)) throw error;
      await sending.clock.sleep(100);
      await sending.guard.keep();
    }
  }
}

/**
 * Another epoch's window: what its owner recorded counts, as far as the record says it called;
 * else every ordinal is in doubt.
 */
async function recordInDoubt(
  sending: Sending,
  lane: Lane,
  window: Window,
): Promise<{ readonly closedTo: number; readonly excepted: number }> {
  const outcomes: EntryOutcome[] = [];
  for (let ordinal = window.from; ordinal < window.to; ordinal += 1) {
    outcomes.push({ ordinal, state: 'in_doubt', reason: 'holder_lost' });
  }
  const record = recordOf(sending, lane, window, outcomes);
  const saved = await saveFirst(sending, record);
  if (saved.kind === 'saved') return { closedTo: window.to, excepted: outcomes.length };
  const { table } = sending.ports;
  const stored =
    saved.current ?? (await loadWindowRecord(table, lane.burst, lane.lane, window.from));
  // A record that vanished or was never there: nothing is known, so nothing may be closed.
  if (!stored) throw new LeaseLost(`window ${window.from} of lane ${lane.lane} has no record`);
  return { closedTo: stored.to, excepted: stored.outcomes.length };
}

/**
 * A successor could only call our window in doubt; what we know for certain replaces its doubt.
 * Tried once: whoever cannot write it leaves the question to the events.
 */
async function teach(
  sending: Sending,
  lane: Lane,
  window: Window,
  sent: SentWindow,
): Promise<void> {
  const { table, entropy } = sending.ports;
  try {
    const stored = await loadWindowRecord(table, lane.burst, lane.lane, window.from);
    if (!stored || stored.epoch !== window.epoch) return;
    const known = new Map(sent.exceptions.map((one) => [one.ordinal, one]));
    const outcomes = stored.outcomes.map((one): EntryOutcome => {
      if (one.state !== 'in_doubt' || one.reason !== 'holder_lost') return one;
      const mine = known.get(one.ordinal);
      // Never called, as we know; but nobody would call them now, so they stay in doubt by name.
      if (one.ordinal >= sent.calledTo || mine?.state === 'not_called') return one;
      return mine ?? { ...one, state: 'accepted', reason: 'late_answer' };
    });
    // A write that says nothing new would only cost a successor its own.
    if (isUnchanged(stored, outcomes)) return;
    await saveWindowRecord(table, stored, { ...stored, outcomes }, entropy.id());
  } catch {
    sending.ports.log.warn('late_answer_unwritten', { burst: lane.burst, lane: lane.lane });
  }
}
