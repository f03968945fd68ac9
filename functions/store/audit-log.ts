// Who did what, in an unbroken chain for each burst and one for the deployment (#domain/audit-chain.ts).

import { type AuditDeed, AuditEntry, auditHash } from '#domain/audit-chain.ts';
import { Fault, isUnanswered } from '#domain/faults.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, fromJson, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';

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
  const whose = deed.burst === undefined ? 'the deployment' : `burst ${deed.burst}`;
  const message = `the audit log of ${whose} took no entry in ${ATTEMPTS_MAX} attempts`;
  throw doubt ?? new Fault('audit_contended', message, { retryable: true });
}

/** All entries of a chain, in order; read strongly. Without a burst: of the deployment. */
export async function listAudit(table: Table, burst?: string): Promise<AuditEntry[]> {
  const items = await queryAll(table, { ...stretches.audits(burst), consistent: true });
  return items.map(decode);
}

/** The last entry of a chain, or undefined while it has none; read strongly. */
export async function lastAudit(table: Table, burst?: string): Promise<AuditEntry | undefined> {
  const query = { ...stretches.audits(burst), descending: true, limit: 1, consistent: true };
  const [item] = (await table.query(query)).items;
  return item && decode(item);
}

/** Entries behind a position (-1 for the first), at most `limit`, in order; read strongly. */
export async function pageAudit(
  table: Table,
  burst: string | undefined,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next?: number }> {
  const from = keys.audit(burst, after + 1).sk;
  const page = await table.query({ ...stretches.audits(burst), from, limit, consistent: true });
  const entries = page.items.map(decode);
  const last = entries.at(-1);
  return page.next && last ? { entries, next: last.position } : { entries };
}

function behind(last: AuditEntry | undefined, deed: AuditDeed): AuditEntry {
  const position = last ? last.position + 1 : 0;
  // As JSON keeps it, so that the hash of what is read back is the hash of what was written.
  const kept = JSON.parse(JSON.stringify(deed)) as AuditDeed;
  const entry = { ...kept, position, previous: last?.hash ?? '' };
  return { ...entry, hash: auditHash(entry) };
}

async function lastEntries(table: Table, burst?: string): Promise<AuditEntry[]> {
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
