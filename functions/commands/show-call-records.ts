// What became of each call over the bursts of a campaign.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { type CallPlace, type CallRecord, pageCallRecords } from '#store/call-records.ts';
import { type ReadContext, requireScope } from './context.ts';
import { pageFields } from './page-of.ts';
import { parseInput } from './parse-input.ts';

/** Where a page ended: call, burst and leg; no name holds a colon. */
const PLACE = /^([a-z0-9_-]{1,40}):([a-z0-9-]{1,64}):([a-z0-9_-]{1,64})$/;

export const ShowCallRecordsInput = z.strictObject({
  campaign: Id,
  limit: pageFields.limit,
  /** The `next` of the page before. */
  after: z.optional(z.string().check(z.regex(PLACE, 'after is the next of the page before'))),
});

export interface ShownCallRecords {
  readonly campaign: string;
  /** A line per call, burst and leg; written when a burst is read for good. */
  readonly records: readonly CallRecord[];
  readonly next?: string;
}

export async function showCallRecords(
  context: ReadContext,
  input: z.output<typeof ShowCallRecordsInput>,
): Promise<ShownCallRecords> {
  requireScope(context, 'viewer');
  const { campaign, limit = 100, after } = parseInput(ShowCallRecordsInput, input);
  const page = await pageCallRecords(context.table, campaign, { limit, after: placeOf(after) });
  const shown = { campaign, records: page.records };
  if (!page.next) return shown;
  const { call, burst, leg } = page.next;
  return { ...shown, next: `${call}:${burst}:${leg}` };
}

function placeOf(after: string | undefined): CallPlace | undefined {
  const [, call, burst, leg] = PLACE.exec(after ?? '') ?? [];
  if (call === undefined || burst === undefined || leg === undefined) return undefined;
  return { call, burst, leg };
}
