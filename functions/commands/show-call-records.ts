// What became of each call over the bursts of a campaign.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { type CallRecord, listCallRecords } from '#store/call-records.ts';
import { type ReadContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const ShowCallRecordsInput = z.strictObject({ campaign: Id });

export interface ShownCallRecords {
  readonly campaign: string;
  /** A line per call, burst and leg; written when a burst is read for good. */
  readonly records: readonly CallRecord[];
}

export async function showCallRecords(
  context: ReadContext,
  input: z.output<typeof ShowCallRecordsInput>,
): Promise<ShownCallRecords> {
  requireScope(context, 'viewer');
  const { campaign } = parseInput(ShowCallRecordsInput, input);
  return { campaign, records: await listCallRecords(context.table, campaign) };
}
