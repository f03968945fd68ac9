// What a burst will say and to whom: the whole content, compiled from a campaign file, bound by a hash.

import * as z from 'zod/mini';
import { Envelope } from './envelope.ts';
import { Id, InstantSchema, Name } from './ids.ts';
import { limits } from './limits.ts';
import { QuietHours } from './quiet-hours.ts';
import { Registration } from './registration.ts';
import { Segment } from './segment.ts';
import { Who } from './who-follows.ts';

export const CallToAction = z.strictObject({
  name: Name,
  /** The wording a reader sees. */
  say: z.string().check(z.minLength(1), z.maxLength(200)),
  /** The destination, http or https; `{click}` is replaced by our click id. */
  to: z.string().check(z.maxLength(2_000)),
});
export type CallToAction = z.output<typeof CallToAction>;

const timing = {
  offsetMs: z.int(),
  deadlineMs: z.int(),
  ifNotReady: z.enum(['hold', 'drop', 'go']),
  outcome: z.optional(Name),
};

/** Weights by call. */
export const Allocation = z.array(
  z.strictObject({ call: Name, weight: z.number().check(z.gte(0)) }),
);
export type Allocation = z.output<typeof Allocation>;

/** A part of an email leg's list, in the order of its ordinals; the last one takes what is left. */
export const WavePlan = z.strictObject({
  /** Of the leg's recipients, in (0, 1]; or `recipients`; neither: what is left. */
  share: z.optional(z.number().check(z.gt(0), z.lte(1))),
  recipients: z.optional(z.int().check(z.gte(1))),
  /** Absent: the leg's allocation. */
  allocation: z.optional(Allocation),
  /** Instead of a size: what loses least over the whole list (statistics S18). */
  test: z.optional(
    z.strictObject({
      rate: z.number().check(z.gt(0), z.lt(1)),
      spread: z.number().check(z.gt(0), z.lt(1)),
    }),
  ),
  /**
   * A bet: the allocation follows from what earlier waves answered. `roll`: all to the call of
   * lowest expected loss; `best`: by the chance of being best, until little is at stake (S5).
   */
  bet: z.optional(z.enum(['roll', 'best'])),
  /** Leaves this long after the leg's start at the latest; absent: when its allocation is stored. */
  afterMs: z.optional(z.int().check(z.gte(0))),
});
export type WavePlan = z.output<typeof WavePlan>;

export const EmailLegPlan = z.strictObject({
  kind: z.literal('email'),
  name: Name,
  channel: z.literal('email'),
  audience: Id,
  /** Those of the list whom the leg is meant for; absent: all of it. */
  segment: z.optional(Segment),
  /** Parts of its people in which harm is looked at; they may overlap. */
  segments: z.optional(
    z
      .array(z.strictObject({ name: Name, segment: Segment }))
      .check(z.minLength(1), z.maxLength(limits.segmentsMax)),
  ),
  /** Whoever has no recorded consent for the channel is held back. */
  requireConsent: z.optional(z.literal(true)),
  /** Members of these lists are left out. */
  exceptLists: z.optional(z.array(Id)),
  /** Contact fields: whoever has a yes in the first of them is written to first. Order only. */
  first: z.optional(z.union([Name, z.array(Name).check(z.minLength(1))])),
  /** Weights by call; one call with weight 1 where nothing is compared. */
  allocation: Allocation,
  /** The list in parts: the first leaves at the leg's start, the others wait for their allocation. */
  waves: z.optional(z.array(WavePlan).check(z.minLength(1))),
  /** Few leave first where the list was never mailed, the others after their feedback; absent: off. */
  firstWave: z.optional(
    z.union([z.literal(['auto', 'off']), z.strictObject({ recipients: z.int().check(z.gte(1)) })]),
  ),
  /** Why it is off. */
  firstWaveReason: z.optional(z.string()),
  /** Local hours in which nobody of this leg is messaged. */
  quietHours: z.optional(QuietHours),
  /** Leaves out whoever has converted in the burst named here; none named: in any of the campaign. */
  skipConverted: z.optional(z.strictObject({ burst: z.optional(Id) })),
  /** Of those whom a leg of that burst reached, only these, as known when it is frozen. */
  followUp: z.optional(
    z.strictObject({
      burst: Id,
      leg: Name,
      who: Who,
    }),
  ),
  from: z.string(),
  replyTo: z.optional(z.string()),
  subject: z.string(),
  /** Markup with flat slots `{{slot}}` only; `{{call_link}}` and `{{call_say}}` carry the call. */
  html: z.string(),
  text: z.string(),
  /** Slot name to what stands there when the contact has no such field. */
  slots: z.record(z.string(), z.string()),
  configurationSet: z.string(),
  ...timing,
});
export type EmailLegPlan = z.output<typeof EmailLegPlan>;

export const BroadcastLegPlan = z.strictObject({
  kind: z.literal('broadcast'),
  name: Name,
  /** The channel's name: `mastodon`, `bluesky`, ... */
  channel: Name,
  connection: Id,
  /** Exactly one named call; `split` where the link decides per visitor. */
  call: Name,
  /** After the click: its link leads each visitor to one of these calls, by chance. */
  visitors: z.optional(z.array(Name).check(z.minLength(2))),
  /** The wording of such a link, which is no call's own. */
  say: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  /** One slot of a series: its call was drawn with the plan. */
  series: z.optional(
    z.strictObject({
      name: Name,
      slot: z.int().check(z.gte(0)),
      paired: z.boolean(),
      /** Read so long after it was posted. */
      readMs: z.int().check(z.gte(1)),
    }),
  ),
  /** The announcement; `{call}` becomes wording and tracked link. */
  text: z.string(),
  language: z.optional(z.string()),
  image: z.optional(
    z.strictObject({ sha256: z.string(), type: z.string(), alt: z.string().check(z.minLength(1)) }),
  ),
  ...timing,
});
export type BroadcastLegPlan = z.output<typeof BroadcastLegPlan>;

export const LegPlan = z.discriminatedUnion('kind', [EmailLegPlan, BroadcastLegPlan]);
export type LegPlan = z.output<typeof LegPlan>;

export const Goal = z.strictObject({
  /** What is counted, as the operator calls it: `signup`. */
  count: z.string(),
  target: z.optional(z.int()),
  withinMs: z.int(),
});

/** A burst that is made when this one is sent: its content is approved with this one's. */
export const FollowUpPlan = z.strictObject({
  name: Name,
  /** Its id, from this one's: made twice it is the same. */
  burst: Id,
  /** After the moment of this burst. */
  afterMs: z.int().check(z.gte(0)),
  /** One for every email leg of this burst, under its name. */
  legs: z.array(EmailLegPlan).check(z.minLength(1)),
});
export type FollowUpPlan = z.output<typeof FollowUpPlan>;

export const Plan = z.strictObject({
  burst: Id,
  campaign: Id,
  offer: z.optional(z.string()),
  goal: z.optional(Goal),
  /** Where tracked links live: `https://go.example.com` (no path, no trailing slash). */
  linkBase: z.string(),
  notify: z.array(z.string()),
  calls: z.array(CallToAction),
  /** Destinations get utm_source, utm_medium, utm_campaign and utm_content where they state none. */
  utm: z.optional(z.boolean()),
  legs: z.array(LegPlan),
  outcomes: z.optional(z.array(Name)),
  followUps: z.optional(z.array(FollowUpPlan)),
  /** More recipients than this need a second person's approval. */
  approvalAbove: z.optional(z.int()),
  policy: z.enum(['at-most-once', 'resend-when-unproven']),
  /** Nobody gets more messages than this within that time, over all bursts and this one. */
  frequencyCap: z.optional(
    z.strictObject({ messages: z.int().check(z.gte(1)), withinMs: z.int().check(z.gte(1)) }),
  ),
  /** What was approved beforehand for a team to do without asking again. */
  envelope: z.optional(Envelope),
  /** This share of every list gets no message, drawn by chance over people (statistics S20). */
  holdout: z.optional(z.number().check(z.gt(0), z.lt(1))),
  attributionMs: z.int(),
  /** What judges the calls, fixed before the send. */
  registration: Registration,
  plannedAt: InstantSchema,
});
export type Plan = z.output<typeof Plan>;
