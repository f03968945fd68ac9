// What the ledger says of every leg and call, as one small item for the reports.

import { acceptedByCall } from '#domain/accepted-by-call.ts';
import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { listLanes } from '#store/lanes.ts';
import { linkName } from '#store/link-tables.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { type Sent, type SentCounts, saveSent } from '#store/tallies.ts';
import { listWindowRecords } from '#store/window-records.ts';

/** Counts from lanes and window records; undefined while no audience is frozen. */
export async function countSent(table: Table, burst: Burst): Promise<Sent['byLink'] | undefined> {
  const head = await loadManifestHead(table, burst.id);
  if (!head) return undefined;
  // Lanes first: a window that closes in between is then listed rather than lost.
  const lanes = await listLanes(table, burst.id, Math.max(burst.lanes, head.lanes.length));
  const records = await listWindowRecords(table, burst.id);
  const byLink: Record<string, SentCounts> = {};
  for (const { leg, byCall } of acceptedByCall(head, lanes, records)) {
    for (const [call, counts] of byCall) byLink[linkName(leg, call)] = counts;
  }
  return byLink;
}

/** Counts and keeps the counts, unless they are what stands there already. */
export async function keepSent(
  table: Table,
  burst: Burst,
  known: Sent | undefined,
  marks: { readonly now: number; readonly nonce: string },
): Promise<Sent | undefined> {
  const byLink = await countSent(table, burst);
  if (!byLink) return undefined;
  const basis = String(burst.revision);
  const next: Sent = { revision: 0, nonce: '', basis, countedAt: marks.now, byLink };
  const saved = await saveSent(table, burst.id, known, next, marks.nonce);
  return saved.kind === 'saved' ? saved.item : saved.current;
}
