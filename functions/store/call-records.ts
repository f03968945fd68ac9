// What became of each call over the bursts of a campaign: a line per burst and leg, kept for good.

import * as z from 'zod/mini';
import { Id, Name } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
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

/** A place among the records of a campaign. */
export type CallPlace = Pick<CallRecord, 'call' | 'burst' | 'leg'>;

/** By call, then burst, then leg; at most `limit`, after the place given. */
export async function pageCallRecords(
  table: Table,
  campaign: string,
  { after, limit }: { readonly after?: CallPlace | undefined; readonly limit: number },
): Promise<{ readonly records: readonly CallRecord[]; readonly next?: CallPlace }> {
  const start = after && keys.callRecord(campaign, after.call, after.burst, after.leg);
  const page = await table.query({
    pk: keys.callRecords(campaign),
    limit,
    ...(start ? { after: { ...start } } : {}),
  });
  const records = page.items.map((item) => fromItem(CallRecord, item));
  const last = records.at(-1);
  return page.next && last ? { records, next: last } : { records };
}
