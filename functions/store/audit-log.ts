// Who did what to a burst, in an unbroken chain: every entry carries the hash of the one before.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { canonicalJson } from '#domain/canonical-json.ts';
import { Fault, isUnanswered } from '#domain/faults.ts';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, fromJson, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';

const Deed = {
  burst: Id,
  /** Names the deed: appending it again changes nothing. */
  id: Mark,
  at: InstantSchema,
  by: Mark,
  what: z.string(),
  before: z.optional(z.unknown()),
  after: z.optional(z.unknown()),
};

/** What is appended. */
export const AuditDeed = z.strictObject(Deed);
export type AuditDeed = z.output<typeof AuditDeed>;

/** What stands in the chain: entries are numbered from 0. */
export const AuditEntry = z.strictObject({
  ...Deed,
  position: z.int(),
  /** The hash of the entry before; empty for the first. */
  previous: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

/** Entries looked through for the same deed, and writers that may be at it at once. */
const LOOK_BACK = 25;
const ATTEMPTS_MAX = 10;

/**
 * Appends a deed behind the last entry; of two writers at once, one takes the next place.
 * Throws Fault `audit_contended` when ten others came first.
 */
export async function appendAudit(table: Table, deed: AuditDeed): Promise<AuditEntry> {
  let doubt: unknown;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const latest = await lastEntries(table, deed.burst);
    const own = latest.find((entry) => entry.id === deed.id);
    if (own) return own;
    const entry = behind(latest[0], deed);
    try {
      const written = await table.put(encode(entry), { kind: 'item_absent' });
      if (written.kind === 'written') return entry;
    } catch (error) {
      // A lost answer is decided by looking for the deed again: only the same place can hold it.
      if (!isUnanswered(error)) throw doubt ?? error;
      doubt ??= error;
    }
  }
  const message = `the audit log of burst ${deed.burst} took no entry in ${ATTEMPTS_MAX} attempts`;
  throw doubt ?? new Fault('audit_contended', message, { retryable: true });
}

/** All entries of a burst, in order; read strongly. */
export async function listAudit(table: Table, burst: string): Promise<AuditEntry[]> {
  const items = await queryAll(table, { ...stretches.audits(burst), consistent: true });
  return items.map(decode);
}

/** The position of the first entry that is missing, changed or out of place; undefined if none. */
export function brokenLink(entries: readonly AuditEntry[]): number | undefined {
  const found = entries.findIndex((entry, position) => {
    const previous = entries[position - 1]?.hash ?? '';
    return (
      entry.position !== position || entry.previous !== previous || entry.hash !== hashOf(entry)
    );
  });
  return found < 0 ? undefined : found;
}

function behind(last: AuditEntry | undefined, deed: AuditDeed): AuditEntry {
  const position = last ? last.position + 1 : 0;
  // As JSON keeps it, so that the hash of what is read back is the hash of what was written.
  const kept = JSON.parse(JSON.stringify(deed)) as AuditDeed;
  const entry = { ...kept, position, previous: last?.hash ?? '' };
  return { ...entry, hash: hashOf(entry) };
}

/** SHA-256 (hex) over the canonical JSON of everything but the hash itself. */
function hashOf(entry: Omit<AuditEntry, 'hash'> & { readonly hash?: string }): string {
  const { hash: _own, ...content } = entry;
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

async function lastEntries(table: Table, burst: string): Promise<AuditEntry[]> {
  const query = { ...stretches.audits(burst), descending: true, limit: LOOK_BACK };
  const page = await table.query({ ...query, consistent: true });
  return page.items.map(decode);
}

function encode(entry: AuditEntry): Item {
  const { before, after, ...rest } = entry;
  return {
    ...toItem(AuditEntry, keys.audit(entry.burst, entry.position), rest),
    ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  };
}

function decode(item: Item): AuditEntry {
  const before = fromJson(item, 'before');
  const after = fromJson(item, 'after');
  return fromItem(AuditEntry, {
    ...item,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  } as Item);
}
