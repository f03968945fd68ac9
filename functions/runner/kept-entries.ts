// Recipients of a leg who were kept until their quiet hours end, and entries that were throttled.

import { limits } from '#domain/limits.ts';
import { isUnchanged, type WindowRecord } from '#domain/window-record.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import type { Halt } from './guard.ts';
import { retryRecords } from './retry-entries.ts';
import type { Sending } from './sending.ts';
import { isFar, waitFor } from './wait-for.ts';

export interface KeptEnd {
  readonly halt?: Halt | 'refused';
  /** Nobody who is kept may be called before this instant. */
  readonly nextAt?: number;
}

/** `working`: windows may still close; `done`: none will; `over`: nothing more may be called. */
export interface LegWork {
  state: 'working' | 'done' | 'over';
}

/**
 * Calls everybody of a leg who was not called and may be by now, again and again until nobody is
 * kept any more, the leg is over, or the next release is too far off to wait for.
 */
export async function sendKept(sending: Sending, leg: string, work: LegWork): Promise<KeptEnd> {
  for (;;) {
    const { state } = work;
    if (state === 'over') return {};
    const lookedAt = sending.clock.now();
    const end = await callReleased(sending, leg);
    const isDone = state === 'done' && (end.nextAt === undefined || isFar(sending, end.nextAt));
    if (end.halt || isDone) return end;
    const isMoved = () => work.state !== state;
    const waited = await waitForRelease(sending, leg, { lookedAt, nextAt: end.nextAt, isMoved });
    if (waited === 'over' && !isMoved()) return endEarly(sending, state, end);
  }
}

/** Windows that close after the last look may keep somebody, too: then nothing is known of the end. */
function endEarly({ holding }: Sending, state: LegWork['state'], end: KeptEnd): KeptEnd {
  if (holding.burst.state !== 'releasing') return { halt: 'stopped' };
  return state === 'done' ? end : { halt: 'until' };
}

interface Looked {
  readonly lookedAt: number;
  /** Of those who were kept by then. */
  readonly nextAt: number | undefined;
  readonly isMoved: () => boolean;
}

/** Until somebody may be released, kept before the last look or since: this runner knows them all. */
async function waitForRelease(
  sending: Sending,
  leg: string,
  { lookedAt, nextAt, isMoved }: Looked,
): Promise<'reached' | 'over'> {
  const { clock, holdBack } = sending;
  const lookAgainAt = lookedAt + limits.keptLookMs;
  for (;;) {
    const known = Math.min(nextAt ?? lookAgainAt, holdBack.nextRelease(leg, lookedAt), lookAgainAt);
    if (clock.now() >= known) return 'reached';
    const sliceAt = Math.min(known, clock.now() + limits.heartbeatNearMs);
    if ((await waitFor(sending, sliceAt, isMoved)) === 'over' || isMoved()) return 'over';
  }
}

/** One look: releases who may be released, and says when the next one may. */
async function callReleased(sending: Sending, leg: string): Promise<KeptEnd> {
  const { clock, guard, plan, ports } = sending;
  const all = await listWindowRecords(ports.table, plan.burst);
  const records: WindowRecord[] = [];
  for (const record of all) {
    if (record.leg === leg) records.push(await withoutExpired(sending, record));
  }
  const now = clock.now();
  let nextAt: number | undefined;
  let dueAt: number | undefined;
  for (const { state, releaseAt } of records.flatMap((record) => record.outcomes)) {
    if (state !== 'not_called' || releaseAt === undefined) continue;
    if (releaseAt > now) nextAt = Math.min(nextAt ?? releaseAt, releaseAt);
    else dueAt = Math.max(dueAt ?? releaseAt, releaseAt);
  }
  // They were silent on purpose until then.
  if (dueAt !== undefined) guard.noteProgressAt(leg, dueAt);
  const halt = await retryRecords(sending, records, (outcome) => {
    return outcome.state === 'not_called' && (outcome.releaseAt ?? now) <= now;
  });
  if (halt) return { halt };
  return endAt(Math.min(nextAt ?? Number.POSITIVE_INFINITY, keptAgain(sending, leg)));
}

/** A clock that was set back meanwhile: whoever was due just now is kept again. */
function keptAgain({ holdBack, clock }: Sending, leg: string): number {
  return holdBack.nextRelease(leg, clock.now());
}

function endAt(at: number): KeptEnd {
  return Number.isFinite(at) ? { nextAt: at } : {};
}

/** Too late for whom the leg may not wait any longer: held back, by name. */
async function withoutExpired(sending: Sending, record: WindowRecord): Promise<WindowRecord> {
  const { clock, holdBack, holding, ports } = sending;
  const deadlineMs = holding.burst.legs.find((leg) => leg.name === record.leg)?.deadlineMs ?? 0;
  const now = clock.now();
  const outcomes = record.outcomes.map((one) => {
    if (one.state !== 'not_called' || one.releaseAt === undefined) return one;
    const isExpired = now > holdBack.latestAt(record.leg, one.ordinal) + deadlineMs;
    if (!isExpired) return one;
    return { ordinal: one.ordinal, state: 'held_back' as const, reason: 'quiet_hours' };
  });
  if (isUnchanged(record, outcomes)) return record;
  const saved = await saveWindowRecord(
    ports.table,
    record,
    { ...record, outcomes },
    ports.entropy.id(),
  );
  return saved.kind === 'saved' ? saved.item : record;
}
