// Reads the system's own books out of the table, for the auditor and for telling when all is quiet.

import type { Burst } from '#domain/burst.ts';
import type { WaveRange } from '#domain/manifest.ts';
import { countOf } from '#domain/tally.ts';
import { dataOf } from '#store/blob.ts';
import { loadBurst } from '#store/bursts.ts';
import { unpackJson } from '#store/compression.ts';
import { findDeadLetterReason } from '#store/dead-letter-reasons.ts';
import { listLanes } from '#store/lanes.ts';
import { loadManifestChunk, loadManifestHead } from '#store/manifests.ts';
import type { MemoryTable } from '#store/memory-table.ts';
import { loadRateLease } from '#store/rate-leases.ts';
import { loadCounted } from '#store/tallies.ts';
import { listWindowRecords } from '#store/window-records.ts';
import type { Ledger, LedgerAudit, LedgerBurst, LedgerWave } from './ledger.ts';
import type { BurstTruth } from './truth.ts';

export interface Restless {
  readonly burst: string;
  /** Only a person can move it on. */
  readonly needsPerson: boolean;
}

const QUIET = new Set(['measuring', 'decided', 'closed', 'cancelled', 'missed']);
const PERSONAL = new Set(['draft', 'approved', 'standby', 'stopped', 'scheduled', 'armed']);
const LEG_OVER = new Set(['dropped', 'published', 'rejected', 'sent', 'missed', 'not_called']);

/** The bursts that are not at rest yet. */
export async function restlessness(
  table: MemoryTable,
  bursts: readonly BurstTruth[],
  at: { readonly account: string; readonly now: number },
): Promise<Restless[]> {
  const restless: Restless[] = [];
  const rate = await loadRateLease(table, at.account);
  if (rate?.leases.some((one) => one.until > at.now)) {
    restless.push({ burst: 'the rate', needsPerson: false });
  }
  for (const { burst, follows } of bursts) {
    const header = await loadBurst(table, burst, { consistent: true });
    if (!header) continue;
    const isQuiet =
      QUIET.has(header.state) &&
      header.holder === undefined &&
      (header.committedEpoch === undefined || header.legs.every((leg) => LEG_OVER.has(leg.state)));
    if (!isQuiet) restless.push({ burst, needsPerson: needsPerson(header, follows) });
    else if (header.committedEpoch !== undefined && (await hasOpenDoubt(table, header))) {
      restless.push({ burst, needsPerson: false });
    }
  }
  return restless;
}

/** Nobody has to do anything about a follow-up that waits for its moment. */
function needsPerson({ state }: Burst, follows: BurstTruth['follows']): boolean {
  if (follows && (state === 'scheduled' || state === 'armed')) return false;
  return PERSONAL.has(state);
}

async function hasOpenDoubt(table: MemoryTable, { id, lanes }: Burst): Promise<boolean> {
  const open = await listLanes(table, id, lanes);
  if (open.some((lane) => lane.window !== undefined)) return true;
  const records = await listWindowRecords(table, id);
  return records.some((record) => record.outcomes.some((one) => one.state === 'in_doubt'));
}

export interface LedgerOptions {
  readonly account: string;
  readonly now: number;
  /** Somebody was erased: contacts are looked through. */
  readonly hasErased: boolean;
  /** Ids of the messages that were set aside. */
  readonly deadLetters: readonly string[];
}

export async function readLedger(
  table: MemoryTable,
  known: readonly BurstTruth[],
  { account, now, hasErased, deadLetters }: LedgerOptions,
): Promise<Ledger> {
  const kinds = table.meter.byKind();
  const writeUnits = Object.fromEntries(
    Object.entries(kinds).map(([kind, units]) => [kind, units.writeUnits]),
  );
  const bursts: LedgerBurst[] = [];
  for (const { burst } of known) {
    const header = await loadBurst(table, burst, { consistent: true });
    if (header) bursts.push(await readBurst(table, header));
  }
  const rate = await loadRateLease(table, account);
  const reasons: { hasReason: boolean }[] = [];
  for (const message of deadLetters) {
    const noted = await findDeadLetterReason(table, message);
    reasons.push({ hasReason: noted !== undefined });
  }
  return {
    bursts,
    contacts: hasErased ? contactsOf(table) : [],
    journals: hasErased ? journalsOf(table) : [],
    audit: await logOf(table, 'G#deployment'),
    deadLetters: reasons,
    heldShares: (rate?.leases ?? []).filter((one) => one.until > now).length,
    writeUnits,
  };
}

function waveOf({ from, to, allocation, startAt, bet }: WaveRange): LedgerWave {
  const calls = allocation?.flatMap((one) => (one.weight > 0 ? [one.call] : []));
  return {
    from,
    to,
    ...(calls ? { calls } : {}),
    ...(startAt === undefined ? {} : { startAt }),
    ...(bet ? { bet: { seen: bet.seen } } : {}),
  };
}

function contactsOf(table: MemoryTable): string[] {
  const contacts = table.snapshot().filter(({ pk }) => pk.startsWith('A#'));
  return contacts.map(({ address }) => String(address));
}

/** Whoever stood in a list before an import changed her: what an undo would write back. */
function journalsOf(table: MemoryTable): string[] {
  const items = table.snapshot().filter(({ pk, sk }) => pk.startsWith('I#') && sk.startsWith('B#'));
  return items.flatMap((item) => {
    const before = unpackJson(dataOf(item), item) as { address: string }[];
    return before.map(({ address }) => address);
  });
}

/** Read as it stands in the table: the chain is judged by what everybody can see of it. */
async function logOf(table: MemoryTable, pk: string): Promise<LedgerAudit> {
  const { items } = await table.query({ pk, from: 'E#', to: 'E#~', consistent: true });
  const broken = items.findIndex(
    (item, index) => item.previous !== (items[index - 1]?.hash ?? '') || item.position !== index,
  );
  return {
    ...(broken < 0 ? {} : { brokenAt: broken }),
    ids: items.map(({ id }) => String(id)),
    entries: items.map(({ by, what }) => ({ by: String(by), what: String(what) })),
  };
}

async function auditOf(table: MemoryTable, header: Burst): Promise<LedgerBurst['audit']> {
  const log = await logOf(table, `B#${header.id}`);
  const open = (header.deeds ?? []).map(({ what }) => what);
  return { ...log, said: [...log.entries.map(({ what }) => what), ...open] };
}

async function convertingOf(table: MemoryTable, burst: string): Promise<number> {
  const counted = await loadCounted(table, burst);
  const tally = counted?.roots.o?.tally ?? {};
  return Object.keys(tally).reduce((sum, link) => sum + countOf(tally, link, 'converting'), 0);
}

async function readBurst(table: MemoryTable, header: Burst): Promise<LedgerBurst> {
  const burst = header.id;
  const head = await loadManifestHead(table, burst);
  const members: { ordinal: number; address: string }[] = [];
  const chunks = head ? Math.ceil(head.recipients / head.chunkRecipients) : 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    for (const one of await loadManifestChunk(table, burst, head?.freeze ?? '', chunk)) {
      members.push({ ordinal: one.ordinal, address: one.address });
    }
  }
  const lanes =
    header.committedEpoch === undefined ? [] : await listLanes(table, burst, header.lanes);
  const records = await listWindowRecords(table, burst);
  return {
    burst,
    state: header.state,
    contentHash: header.contentHash,
    zone: header.zone,
    ...(header.momentAt === undefined ? {} : { momentAt: header.momentAt }),
    isHeld: header.holder !== undefined,
    epoch: header.epoch,
    committed: header.committedEpoch !== undefined,
    wasMissed: header.state === 'missed' || header.reason === 'deadline_passed',
    legs: header.legs.map(({ name, state, reason }) =>
      reason === undefined ? { name, state } : { name, state, reason },
    ),
    ...(head ? { frozenAt: head.frozenAt } : {}),
    audit: await auditOf(table, header),
    converting: await convertingOf(table, burst),
    ranges: (head?.legs ?? []).map(({ leg, from, sendableTo, to, waves }) => ({
      leg,
      from,
      sendableTo,
      to,
      ...(waves ? { waves: waves.map(waveOf) } : {}),
    })),
    members,
    heldBackAtFreeze: head?.heldBack ?? {},
    lanes: lanes.map(({ lane, leg, from, to, next, window }) => ({
      lane,
      leg,
      from,
      to,
      next,
      ...(window ? { window: { from: window.from, to: window.to } } : {}),
    })),
    records: records.map(({ lane, leg, from, to, outcomes }) => ({
      lane,
      leg,
      from,
      to,
      outcomes: outcomes.map(({ ordinal, state, reason }) =>
        reason === undefined ? { ordinal, state } : { ordinal, state, reason },
      ),
    })),
  };
}
