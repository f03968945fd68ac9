// The exceptions of a window: who was not plainly accepted, and why.

import * as z from 'zod/mini';
import type { Item, Table } from '#domain/ports.ts';
import { WindowRecord } from '#domain/window-record.ts';
import { fromItem, fromJson, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { Groups, groupsOf, outcomesOf } from './outcome-groups.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave, type Saved } from './save.ts';

/** As it stands in the table: outcomes in groups, each judged once and not entry by entry. */
const Stored = z.strictObject({ ...WindowRecord.shape, outcomes: Groups });

/** Read strongly. */
export async function loadWindowRecord(
  table: Table,
  burst: string,
  lane: number,
  from: number,
): Promise<WindowRecord | undefined> {
  const item = await table.get(keys.windowRecord(burst, lane, from), { consistent: true });
  return item && decode(item);
}

/** Every record of a burst, by lane and ordinal; read strongly. */
export async function listWindowRecords(table: Table, burst: string): Promise<WindowRecord[]> {
  const items = await queryAll(table, { ...stretches.windowRecords(burst), consistent: true });
  return items.map(decode);
}

export function saveWindowRecord(
  table: Table,
  previous: WindowRecord | undefined,
  next: WindowRecord,
  nonce: string,
): Promise<Saved<WindowRecord>> {
  const key = keys.windowRecord(next.burst, next.lane, next.from);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(record: WindowRecord): Item {
  const key = keys.windowRecord(record.burst, record.lane, record.from);
  const outcomes = groupsOf(record.outcomes, record.from);
  const item = toItem(Stored, key, { ...record, outcomes });
  return { ...item, outcomes: JSON.stringify(outcomes) };
}

function decode(item: Item): WindowRecord {
  const outcomes = fromJson(item, 'outcomes');
  const stored = fromItem(Stored, { ...item, outcomes } as unknown as Item);
  return { ...stored, outcomes: outcomesOf(stored.outcomes, stored.from) };
}
