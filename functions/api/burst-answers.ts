// How answers about bursts look: the schemas that the API's document and its contract tests are
// made of. What a command really answers is held against them by its type, and by generated requests.

import * as z from 'zod/mini';
import { Approval, BurstState } from '#domain/burst.ts';
import { Id, InstantSchema, Mark, Name } from '#domain/ids.ts';
import { LegSummary } from '#domain/leg.ts';
import { Who } from '#domain/who-follows.ts';

const count = z.int().check(z.gte(0));
export const Warnings = z.array(z.string());

const MomentAnswer = z.strictObject({
  /** Milliseconds since 1970, UTC. */
  at: InstantSchema,
  text: z.string(),
});

export const burstShape = {
  burst: Id,
  state: BurstState,
  revision: count,
  /** Names what `If-Match` demands. */
  version: z.string(),
  contentHash: z.string(),
  plannedBy: Mark,
  approvalPolicy: z.enum(['none', 'second']),
  approval: z.optional(Approval),
  follows: z.optional(Id),
  zone: z.string(),
  moment: z.optional(MomentAnswer),
  standbyFrom: z.optional(MomentAnswer),
  standbyUntil: z.optional(MomentAnswer),
  outcomes: z.optional(z.array(Name)),
  outcome: z.optional(Name),
  reason: z.optional(z.string()),
  nextAt: z.optional(InstantSchema),
  releasedAt: z.optional(InstantSchema),
  stoppedAt: z.optional(InstantSchema),
  sentAt: z.optional(InstantSchema),
  legs: z.array(LegSummary),
};

export const BurstAnswer = z.strictObject(burstShape);

/** After a command: what could not be carried out at once is a warning. */
export const ChangedBurstAnswer = z.strictObject({ ...burstShape, warnings: Warnings });

export const PlannedBurstAnswer = z.strictObject({
  ...burstShape,
  warnings: Warnings,
  defaults: z.array(z.string()),
  notes: z.array(z.string()),
  audiences: z.array(
    z.strictObject({
      leg: Name,
      audience: Id,
      outcome: z.optional(Name),
      contacts: z.optional(count),
    }),
  ),
  isChanged: z.boolean(),
});

export const BurstsAnswer = z.strictObject({
  bursts: z.array(BurstAnswer),
  next: z.optional(Id),
});

const counts = {
  recipients: count,
  accepted: count,
  refused: count,
  inDoubt: count,
  unproven: count,
  heldBack: count,
  inFlight: count,
  remaining: count,
};

const byReason = z.record(z.string(), count);

export const ProgressAnswer = z.strictObject({
  ...counts,
  legs: z.array(z.strictObject({ ...counts, leg: Name })),
  heldBackAtFreeze: byReason,
  heldBackByReason: byReason,
  kept: z.optional(z.strictObject({ recipients: count, nextAt: InstantSchema })),
  firstCallAt: z.optional(InstantSchema),
  lastAnswerAt: z.optional(InstantSchema),
  perSecond: z.optional(z.number()),
  drainMs: z.optional(count),
});

const PostAnswer = z.strictObject({
  leg: Name,
  postId: z.optional(z.string()),
  url: z.optional(z.string()),
  claimedAt: z.optional(InstantSchema),
  callStartedAt: z.optional(InstantSchema),
  answeredAt: z.optional(InstantSchema),
  latenessMs: z.optional(z.number()),
  /** The post was taken back then. */
  retractedAt: z.optional(InstantSchema),
  reason: z.optional(z.string()),
});

const FollowUpsAnswer = z.array(
  z.strictObject({
    burst: Id,
    who: Who,
    afterMs: count,
    /** Once it is made. */
    state: z.optional(BurstState),
    moment: z.optional(MomentAnswer),
  }),
);

export const ShownBurstAnswer = z.strictObject({
  ...burstShape,
  now: InstantSchema,
  epoch: count,
  holder: z.optional(Mark),
  leaseUntil: z.optional(InstantSchema),
  preparedAt: z.optional(InstantSchema),
  sent: ProgressAnswer,
  posts: z.array(PostAnswer),
  followUps: FollowUpsAnswer,
});

export const StoppedBurstAnswer = z.strictObject({
  ...burstShape,
  warnings: Warnings,
  sent: z.strictObject({
    ...counts,
    heldBackAtFreeze: z.optional(byReason),
    heldBackByReason: z.optional(byReason),
    kept: z.optional(z.strictObject({ recipients: count, nextAt: InstantSchema })),
    firstCallAt: z.optional(InstantSchema),
    lastAnswerAt: z.optional(InstantSchema),
    perSecond: z.optional(z.number()),
    drainMs: z.optional(count),
  }),
  isFinal: z.boolean(),
});
