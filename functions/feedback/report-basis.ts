// Everything a report is computed from, as data: with the code's version these give the same bytes.

import * as z from 'zod/mini';
import { BurstState } from '#domain/burst.ts';
import { Id, InstantSchema, Name } from '#domain/ids.ts';
import { LegState } from '#domain/leg.ts';
import { BetBasis } from '#domain/manifest.ts';
import { Frame, Parts, SentCounts } from '#store/tallies.ts';
import { TallyForm } from '#store/tally-form.ts';

/** What a network says of a post: a number, or why there is none. Missing is not zero. */
export const NativeMetrics = z.strictObject({
  asOf: InstantSchema,
  metrics: z.record(
    z.string(),
    z.union([z.number(), z.literal(['not_provided', 'not_yet_available'])]),
  ),
});
export type NativeMetrics = z.output<typeof NativeMetrics>;

/** A winner that was declared: the first of a channel stands. */
export const Declared = z.strictObject({
  channel: z.string(),
  winner: Name,
  reason: z.enum(['live', 'final']),
  at: InstantSchema,
});
export type Declared = z.output<typeof Declared>;

/** The account's own answer delays, as they were when the burst was released. */
export const AnswerCurve = z.strictObject({
  conversions: z.int().check(z.gte(0)),
  points: z.array(z.strictObject({ hours: z.number(), share: z.number() })),
});
export type AnswerCurve = z.output<typeof AnswerCurve>;

export const ReportBasis = z.strictObject({
  format: z.literal('volley-basis-1'),
  burst: z.strictObject({
    id: Id,
    state: BurstState,
    contentHash: z.string(),
    zone: z.string(),
    momentAt: z.optional(InstantSchema),
    outcome: z.optional(Name),
    legs: z.array(
      z.strictObject({
        name: Name,
        outcome: z.optional(Name),
        offsetMs: z.int(),
        state: LegState,
      }),
    ),
  }),
  /** What was registered before the send, with the names of calls and legs. */
  frame: Frame,
  tally: TallyForm,
  sent: z.optional(z.record(z.string(), SentCounts)),
  declared: z.array(Declared),
  /** By leg. */
  native: z.record(z.string(), NativeMetrics),
  /** Of legs that left in waves: when each left, and the allocation that was stored for it. */
  waves: z.array(
    z.strictObject({
      leg: Name,
      waves: z.array(
        z.strictObject({
          startAt: z.optional(InstantSchema),
          allocation: z.optional(
            z.array(z.strictObject({ call: Name, weight: z.number().check(z.gte(0)) })),
          ),
          bet: z.optional(BetBasis),
        }),
      ),
    }),
  ),
  /** How many chance gave a message and how many it held back; only where it held anybody back. */
  holdout: z.optional(
    z.strictObject({ treated: z.int().check(z.gte(0)), heldOut: z.int().check(z.gte(0)) }),
  ),
  answerCurve: z.optional(AnswerCurve),
  /** By mailbox provider and by segment, as of when the recipients were last looked through. */
  parts: z.optional(Parts),
  /** This is the one read that was registered, on a snapshot. */
  finalRead: z.boolean(),
  now: InstantSchema,
});
export type ReportBasis = z.output<typeof ReportBasis>;
