// What comes back: the messages of the feedback queue, whoever put them there.

import * as z from 'zod/mini';
import { Id, InstantSchema, Name } from './ids.ts';

const base = { id: z.string().check(z.minLength(1), z.maxLength(256)), at: InstantSchema };

/** A request to a tracked link, as the click function saw it. */
export const ClickEvent = z.strictObject({
  ...base,
  kind: z.literal('click'),
  burst: Id,
  leg: Name,
  call: Name,
  ordinal: z.optional(z.int()),
  method: z.enum(['GET', 'HEAD']),
  /** User agent, cut to 400 characters. */
  agent: z.string(),
  /** Keyed digest of address prefix, agent and UTC day. */
  visitor: z.string(),
  /** A coarse network mark where known: keyed digest of the address prefix alone. */
  network: z.string(),
  /** The hidden link was followed: a robot. */
  bait: z.optional(z.boolean()),
});
export type ClickEvent = z.output<typeof ClickEvent>;

/**
 * Of a conversion by person: `credit` may be credited to a click of theirs; `elsewhere` came with a
 * click id and is credited by that, so that it is not counted twice.
 */
const ByPerson = z.enum(['credit', 'elsewhere']);

/** A conversion, credited by click id (the token's claims) or by visitor. */
export const ConversionEvent = z.strictObject({
  ...base,
  kind: z.literal('conversion'),
  burst: Id,
  leg: Name,
  call: Name,
  ordinal: z.optional(z.int()),
  visitor: z.optional(z.string()),
  /** Minor units (cents); absent where the goal has no value. */
  value: z.optional(z.int()),
  /** It was reported by person: `leg` and `call` are what chance gave them, no proof of a click. */
  byPerson: z.optional(ByPerson),
});
export type ConversionEvent = z.output<typeof ConversionEvent>;

/**
 * A conversion reported by person, as the queue gets it: whose entry of the burst's list it is, is
 * found when it is recorded. Nothing in it names the person to whoever lacks the key.
 */
export const PersonConversion = z.strictObject({
  kind: z.literal('person_conversion'),
  at: InstantSchema,
  burst: Id,
  /** Keyed digest of the contact id. */
  person: z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/)),
  /** Digest of the caller's own id. */
  goal: z.string().check(z.minLength(1), z.maxLength(64)),
  value: z.optional(z.int()),
  byPerson: ByPerson,
});
export type PersonConversion = z.output<typeof PersonConversion>;

/** An SES event about one entry of one burst, reduced to what we keep. */
export const EmailEvent = z.strictObject({
  ...base,
  kind: z.literal('email'),
  what: z.enum([
    'send',
    'delivery',
    'bounce',
    'complaint',
    'open',
    'reject',
    'rendering_failure',
    'delivery_delay',
    /** Left by the link of the message; SES does not know of it. */
    'unsubscribe',
  ]),
  burst: Id,
  leg: Name,
  call: Name,
  ordinal: z.int(),
  attempt: z.int(),
  /** A bounce that is final; transient bounces suppress nobody. */
  permanent: z.optional(z.boolean()),
  /** The address, for suppression only; never stored with the event. */
  address: z.optional(z.string()),
});
export type EmailEvent = z.output<typeof EmailEvent>;

export const FeedbackEvent = z.discriminatedUnion('kind', [
  ClickEvent,
  ConversionEvent,
  EmailEvent,
]);
export type FeedbackEvent = z.output<typeof FeedbackEvent>;

/** The tags every email entry carries; SES tag values allow letters, digits, `_` and `-` only. */
export const EmailTags = z.strictObject({
  burst: Id,
  leg: Name,
  call: Name,
  ordinal: z.string().check(z.regex(/^\d{1,9}$/)),
  attempt: z.optional(z.string()),
});

export type EmailTags = z.output<typeof EmailTags>;
