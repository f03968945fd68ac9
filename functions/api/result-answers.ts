// How results, the ledger and the frozen audience look when they are answered.

import * as z from 'zod/mini';
import { Burst } from '#domain/burst.ts';
import { Id, InstantSchema, Name } from '#domain/ids.ts';
import { Lane } from '#domain/lane.ts';
import { ManifestHead } from '#domain/manifest.ts';
import { WindowRecord } from '#domain/window-record.ts';
import { LegItem } from '#store/legs.ts';
import { ProgressAnswer } from './burst-answers.ts';

const count = z.int().check(z.gte(0));
/** Null where the channel cannot know it: missing is not zero. */
const countOrNull = z.nullable(count);

const CallAnswer = z.looseObject({
  call: Name,
  say: z.string(),
  recipients: countOrNull,
  accepted: countOrNull,
  refused: countOrNull,
  inDoubt: countOrNull,
  unproven: countOrNull,
  heldBack: countOrNull,
  delivered: countOrNull,
  bounced: countOrNull,
  complained: countOrNull,
  opened: countOrNull,
  exposed: countOrNull,
  humanClicks: count,
  machineClicks: count,
  uniqueClicks: count,
  uniqueClicksAll: count,
  converting: count,
  conversions: count,
  value: z.number(),
  rate: z.nullable(z.looseObject({ of: z.number(), lo: z.number(), hi: z.number() })),
});

const LegAnswer = z.looseObject({
  leg: Name,
  channel: Name,
  design: z.string(),
  state: z.string(),
  calls: z.array(CallAnswer),
  verdict: z.looseObject({ status: z.string(), reason: z.nullable(z.string()) }),
});

/** Open at the end: what may be said of a result grows with what is known. */
export const ResultsAnswer: z.ZodMiniType<object> = z.looseObject({
  burst: Id,
  campaign: Id,
  state: z.string(),
  contentHash: z.string(),
  momentAt: z.nullable(InstantSchema),
  metric: z.enum(['conversion', 'click']),
  countedUntil: InstantSchema,
  legs: z.array(LegAnswer),
});

/** `volley compare --input` computes the report again from it, without a server. */
export const ExportAnswer: z.ZodMiniType<object> = z.looseObject({
  format: z.literal('volley-export-1'),
  basis: z.looseObject({ format: z.literal('volley-basis-1') }),
  report: ResultsAnswer,
});

export const CallRecordsAnswer = z.strictObject({
  campaign: Id,
  records: z.array(
    z.strictObject({
      call: Name,
      burst: Id,
      leg: z.string(),
      channel: z.string(),
      readAt: z.number(),
      metric: z.string(),
      exposed: countOrNull,
      answers: count,
      outcome: z.string(),
    }),
  ),
  next: z.optional(z.string()),
});

export const LedgerAnswer = z.strictObject({
  burst: Burst,
  head: z.optional(ManifestHead),
  lanes: z.array(Lane),
  records: z.array(WindowRecord),
  legs: z.array(z.omit(LegItem, { prepared: true })),
  sent: ProgressAnswer,
});

export const RecipientsAnswer = z.strictObject({
  recipients: z.array(
    z.strictObject({
      ordinal: count,
      address: z.string(),
      leg: z.string(),
      isHeldBack: z.boolean(),
    }),
  ),
  next: z.optional(count),
});
