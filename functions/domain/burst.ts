// One coordinated sending at one moment: the header every runner and every order agrees on.

import * as z from 'zod/mini';
import { Deed } from './deed.ts';
import { Envelope } from './envelope.ts';
import { Id, InstantSchema, Mark, Name } from './ids.ts';
import { LegSummary } from './leg.ts';
import { limits } from './limits.ts';
import { Untold } from './untold.ts';

/** The version of header and ledger items that this code writes; older code refuses newer bursts. */
export const SCHEMA_VERSION = 1;

export const BurstState = z.enum([
  'draft',
  'approved',
  'scheduled',
  'standby',
  'armed',
  'releasing',
  'stopped',
  'measuring',
  'decided',
  'closed',
  'cancelled',
  'missed',
]);
export type BurstState = z.output<typeof BurstState>;

export const Approval = z.strictObject({
  contentHash: z.string(),
  by: Mark,
  at: InstantSchema,
  expiresAt: z.optional(InstantSchema),
  /** Of an envelope: the content with its free text left open, which is what was approved. */
  envelopeHash: z.optional(z.string()),
});
export type Approval = z.output<typeof Approval>;

export const Burst = z.strictObject({
  id: Id,
  schemaVersion: z.int(),
  state: BurstState,
  /** Raised by one with every write; every write demands the one before. */
  revision: z.int(),
  /** The mark of the last write: tells a writer whose answer was lost whether it won. */
  nonce: Mark,
  contentHash: z.string(),
  /** Who planned it; a second person must approve where the policy says so. */
  plannedBy: Mark,
  /** `second` demands an approval by somebody else than plannedBy. */
  approvalPolicy: z.enum(['none', 'second']),
  approval: z.optional(Approval),
  /** Who may release it, when, and to how many people. */
  envelope: z.optional(Envelope),
  /** The burst that it follows, and was approved with. */
  follows: z.optional(Id),
  /** The zone the moment was planned in (IANA). */
  zone: z.string(),
  /** T. Absent while nobody knows it (stand-by before a fire). */
  momentAt: z.optional(InstantSchema),
  standbyFrom: z.optional(InstantSchema),
  standbyUntil: z.optional(InstantSchema),
  outcomes: z.optional(z.array(Name)),
  outcome: z.optional(Name),
  firedAt: z.optional(InstantSchema),
  /** Why it waits, stopped or missed. */
  reason: z.optional(z.string()),
  /** The fence: raised by every taking of the lease. */
  epoch: z.int(),
  holder: z.optional(Mark),
  leaseUntil: z.optional(InstantSchema),
  /** The highest epoch that may have called a provider. Absent: no call was ever made. */
  committedEpoch: z.optional(z.int()),
  preparedAt: z.optional(InstantSchema),
  releasedAt: z.optional(InstantSchema),
  stoppedAt: z.optional(InstantSchema),
  resumedAt: z.optional(InstantSchema),
  sentAt: z.optional(InstantSchema),
  /** While measuring, or while all that is left to send waits: when the runner has to look again. */
  nextAt: z.optional(InstantSchema),
  /** Ordinals in the frozen manifest, held-back ones included. */
  recipients: z.optional(z.int()),
  lanes: z.int(),
  policy: z.enum(['at-most-once', 'resend-when-unproven']),
  /** When the counting window of the decision metric ends. */
  measureUntil: z.optional(InstantSchema),
  legs: z.array(LegSummary),
  /** What runners did and the audit log may not have yet. */
  deeds: z.optional(z.array(Deed)),
  /** What others have to hear of and nobody has passed on yet. */
  untold: z.optional(z.array(Untold)),
});
export type Burst = z.output<typeof Burst>;

/** The instant a leg starts; undefined while T is unknown. */
export function legStartAt(burst: Burst, leg: LegSummary): number | undefined {
  return burst.momentAt === undefined ? undefined : burst.momentAt + leg.offsetMs;
}

/** The first start and the last deadline over the legs that take part. */
export function releaseSpan(burst: Burst): { firstAt: number; lastDeadlineAt: number } | undefined {
  if (burst.momentAt === undefined) return undefined;
  const active = burst.legs.filter((leg) => leg.state !== 'dropped');
  const momentAt = burst.momentAt;
  return {
    firstAt: Math.min(momentAt, ...active.map((leg) => momentAt + leg.offsetMs)),
    lastDeadlineAt: Math.max(
      momentAt,
      ...active.map((leg) => momentAt + leg.offsetMs + leg.deadlineMs),
    ),
  };
}

/**
 * A lease is healthy until its end and a little beyond: clocks disagree. One that runs further
 * ahead ends it early, which costs time and never safety: claims are fenced by epoch and revision.
 */
export function isLeased(burst: Burst, now: number): boolean {
  return (
    burst.holder !== undefined &&
    burst.leaseUntil !== undefined &&
    now < burst.leaseUntil + limits.leaseMarginMs
  );
}

/** While releasing; while measuring what its policy allows once more, until it is stopped, too. */
export function mayCall({ state, stoppedAt }: Burst): boolean {
  return state === 'releasing' || (state === 'measuring' && stoppedAt === undefined);
}

/**
 * The next moment at which something must happen, or undefined when nothing will.
 * It alone drives the `due` index. Unchanged by heartbeats, so that they cost no index write.
 */
export function wakeAt(burst: Burst): number | undefined {
  switch (burst.state) {
    case 'scheduled':
    case 'armed':
      return releaseSpan(burst)?.firstAt;
    case 'releasing':
      return burst.nextAt ?? releaseSpan(burst)?.firstAt;
    case 'standby':
      return burst.standbyFrom ?? burst.momentAt;
    case 'measuring':
      return burst.nextAt ?? burst.sentAt;
    case 'decided':
      return burst.measureUntil;
    default:
      return undefined;
  }
}
