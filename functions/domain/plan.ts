// What a burst will say and to whom: the whole content, compiled from a campaign file, bound by a hash.

import * as z from 'zod/mini';
import { Id, InstantSchema, Name } from './ids.ts';

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

export const EmailLegPlan = z.strictObject({
  kind: z.literal('email'),
  name: Name,
  channel: z.literal('email'),
  audience: Id,
  /** A contact field: whoever has a yes there is written to first. Order only. */
  first: z.optional(Name),
  /** Weights by call; one call with weight 1 where nothing is compared. */
  allocation: z.array(z.strictObject({ call: Name, weight: z.number().check(z.gte(0)) })),
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
  /** Exactly one named call. */
  call: Name,
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

/** What judges the calls, fixed before the send (statistics S21). */
export const ComparisonPlan = z.strictObject({
  metric: z.enum(['conversion', 'click']),
  alphaLive: z.number(),
  alphaFinal: z.number(),
  /** The counting window after the moment. */
  windowMs: z.int(),
  smallestLift: z.optional(z.number()),
});
export type ComparisonPlan = z.output<typeof ComparisonPlan>;

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
  /** More recipients than this need a second person's approval. */
  approvalAbove: z.optional(z.int()),
  policy: z.enum(['at-most-once', 'resend-when-unproven']),
  attributionMs: z.int(),
  comparison: ComparisonPlan,
  plannedAt: InstantSchema,
});
export type Plan = z.output<typeof Plan>;
