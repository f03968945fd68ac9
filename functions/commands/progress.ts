// Where every recipient of a burst stands, counted from its lanes and window records.

import { type Burst, isLeased } from '#domain/burst.ts';
import { heldByReason } from '#domain/held-by-reason.ts';
import { acceptedCount, claimStanding, type Lane } from '#domain/lane.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { countState, type WindowRecord } from '#domain/window-record.ts';
import { listLanes } from '#store/lanes.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { listWindowRecords } from '#store/window-records.ts';

/** Adds up: recipients = accepted + refused + inDoubt + unproven + heldBack + inFlight + remaining. */
export interface Counts {
  /** The whole audience, those held back included; 0 while it is not frozen. */
  readonly recipients: number;
  readonly accepted: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly unproven: number;
  readonly heldBack: number;
  /** In a window whose calls may be under way this moment. */
  readonly inFlight: number;
  /** Nothing was ever called for them. */
  readonly remaining: number;
}

export interface Progress extends Counts {
  readonly legs: readonly (Counts & { readonly leg: string })[];
  /** Why people were held back when the audience was frozen, and how many. */
  readonly heldBackAtFreeze: { readonly [reason: string]: number };
  /** The same with those who were held back at their call: adds up to `heldBack`. */
  readonly heldBackByReason: { readonly [reason: string]: number };
  /** Of those remaining: kept until their quiet hours end, and when the first of them do. */
  readonly kept?: { readonly recipients: number; readonly nextAt: number };
  readonly firstCallAt?: number;
  readonly lastAnswerAt?: number;
  /** Accepted recipients a second so far. */
  readonly perSecond?: number;
  /** Milliseconds until the last one at the rate so far. */
  readonly drainMs?: number;
}

export interface Ledger {
  readonly head: ManifestHead | undefined;
  readonly lanes: readonly Lane[];
  readonly records: readonly WindowRecord[];
}

/** Strong reads: a stop's answer is made from them. Lanes of an older freeze are left out. */
export async function readLedger(table: Table, burst: Burst): Promise<Ledger> {
  const head = await loadManifestHead(table, burst.id);
  if (!head) return { head: undefined, lanes: [], records: [] };
  const count = Math.max(burst.lanes, head.lanes.length);
  // Lanes first: a window that closes in between is then listed rather than lost.
  const lanes = await listLanes(table, burst.id, count);
  const records = await listWindowRecords(table, burst.id);
  return { head, lanes: lanes.filter((lane) => lane.freeze === head.freeze), records };
}

export function progressOf(burst: Burst, ledger: Ledger, now: number): Progress {
  const { lanes, records } = ledger;
  const head = ledger.head && takingPart(burst, ledger.head);
  const legs = (head?.legs ?? []).map((range) => {
    const own = lanes.filter((lane) => lane.leg === range.leg);
    const listed = records.filter((record) => record.leg === range.leg);
    const frozen = { recipients: range.to - range.from, held: range.to - range.sendableTo };
    return { leg: range.leg, ...countLeg(burst, own, listed, frozen, now) };
  });
  const total = addUp(legs);
  const firstCallAt = least(lanes.map((lane) => lane.firstCallAt));
  const lastAnswerAt = most(lanes.map((lane) => lane.lastAnswerAt));
  return {
    ...total,
    legs,
    heldBackAtFreeze: head?.heldBack ?? {},
    heldBackByReason: heldByReason(head, records),
    ...keptOf(records),
    ...(firstCallAt === undefined ? {} : { firstCallAt }),
    ...(lastAnswerAt === undefined ? {} : { lastAnswerAt }),
    ...paceOf(total, firstCallAt, lastAnswerAt),
  };
}

/**
 * The frozen list without legs that were left out, such as those of outcomes that did not come
 * true: nobody on them was ever to be called.
 */
function takingPart(burst: Burst, head: ManifestHead): ManifestHead {
  const isOut = (leg: string) => burst.legs.find(({ name }) => name === leg)?.state === 'dropped';
  const legs = head.legs.filter(({ leg }) => !isOut(leg));
  if (legs.length === head.legs.length) return head;
  const heldBack: Record<string, number> = {};
  for (const { reason, from, to } of legs.flatMap(({ held = [] }) => held)) {
    heldBack[reason] = (heldBack[reason] ?? 0) + to - from;
  }
  return { ...head, legs, heldBack };
}

function countLeg(
  burst: Burst,
  lanes: readonly Lane[],
  records: readonly WindowRecord[],
  frozen: { recipients: number; held: number },
  now: number,
): Counts {
  const listed = new Set(
    records.flatMap((record) => record.outcomes.map((outcome) => outcome.ordinal)),
  );
  let inFlight = 0;
  let openInDoubt = 0;
  for (const lane of lanes) {
    const standing = openStanding(burst, lane, now);
    if (standing === 'none' || !lane.window) continue;
    let open = 0;
    for (let ordinal = lane.window.from; ordinal < lane.window.to; ordinal += 1) {
      if (!listed.has(ordinal)) open += 1;
    }
    if (standing === 'in_flight') inFlight += open;
    else openInDoubt += open;
  }
  const closed = lanes.reduce((sum, lane) => sum + acceptedCount(lane), 0);
  const counts = {
    recipients: frozen.recipients,
    accepted: closed + countState(records, 'accepted'),
    refused: countState(records, 'refused'),
    inDoubt: countState(records, 'in_doubt') + openInDoubt,
    unproven: countState(records, 'unproven'),
    heldBack: frozen.held + countState(records, 'held_back'),
    inFlight,
  };
  const { recipients, ...known } = counts;
  const settled = Object.values(known).reduce((sum, count) => sum + count, 0);
  return { ...counts, remaining: Math.max(0, recipients - settled) };
}

/** What an open window means: nothing was called, calls may be under way, or nobody knows. */
function openStanding(burst: Burst, lane: Lane, now: number): 'none' | 'in_flight' | 'in_doubt' {
  if (burst.committedEpoch === undefined) return 'none';
  const standing = claimStanding(lane.window, burst);
  if (standing === 'none' || standing === 'void') return 'none';
  return standing === 'ours' && isLeased(burst, now) ? 'in_flight' : 'in_doubt';
}

function addUp(legs: readonly Counts[]): Counts {
  const sum = (of: keyof Counts) => legs.reduce((total, leg) => total + leg[of], 0);
  return {
    recipients: sum('recipients'),
    accepted: sum('accepted'),
    refused: sum('refused'),
    inDoubt: sum('inDoubt'),
    unproven: sum('unproven'),
    heldBack: sum('heldBack'),
    inFlight: sum('inFlight'),
    remaining: sum('remaining'),
  };
}

function keptOf(records: readonly WindowRecord[]): Pick<Progress, 'kept'> {
  let recipients = 0;
  let nextAt = Number.POSITIVE_INFINITY;
  for (const { state, releaseAt } of records.flatMap((record) => record.outcomes)) {
    if (state !== 'not_called' || releaseAt === undefined) continue;
    recipients += 1;
    nextAt = Math.min(nextAt, releaseAt);
  }
  return recipients === 0 ? {} : { kept: { recipients, nextAt } };
}

function paceOf(total: Counts, firstCallAt: number | undefined, lastAnswerAt: number | undefined) {
  if (firstCallAt === undefined || lastAnswerAt === undefined) return {};
  const seconds = (lastAnswerAt - firstCallAt) / 1_000;
  if (seconds < 1 || total.accepted === 0) return {};
  const perSecond = total.accepted / seconds;
  const drainMs = Math.round(((total.remaining + total.inFlight) / perSecond) * 1_000);
  return { perSecond: Math.round(perSecond * 10) / 10, drainMs };
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
