// What became of each call over the bursts of a campaign: a line per burst and leg, kept for good.

import * as z from 'zod/mini';
import { Id, Name } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { queryAll } from './query-all.ts';
import { putSame } from './save.ts';

const CallRecord = z.strictObject({
  call: Name,
  burst: Id,
  /** A leg, a series or a channel with a post per call. */
  leg: z.string(),
  channel: z.string(),
  readAt: z.number(),
  metric: z.string(),
  exposed: z.nullable(z.int()),
  answers: z.int(),
  /** How it ended: `won`, `lost`, or why nothing was said. */
  outcome: z.string(),
});
export type CallRecord = z.output<typeof CallRecord>;

/** Written at the final read; a repeat writes the same. */
export async function saveCallRecord(
  table: Table,
  campaign: string,
  record: CallRecord,
): Promise<void> {
  const { call, burst, leg } = record;
  const key = keys.callRecord(campaign, call, burst, leg);
  await putSame(table, toItem(CallRecord, key, record));
}

/** By call, then burst. */
export async function listCallRecords(table: Table, campaign: string): Promise<CallRecord[]> {
  const items = await queryAll(table, { pk: keys.callRecords(campaign) });
  return items.map((item) => fromItem(CallRecord, item));
}
