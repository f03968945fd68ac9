// What judges the calls of a burst: registered before the send, approved with it, never changed after.

import * as z from 'zod/mini';
import { Name } from './ids.ts';

const openUnit = z.number().check(z.gt(0), z.lt(1));
const positive = z.number().check(z.gt(0));

/** How it was decided who sees which call on a leg. */
export const Design = z.enum([
  /** Chance decided per recipient. */
  'randomised',
  /** Chance decided per slot; every slot is a leg of its own with one post. */
  'series',
  /** One post; chance decides per visitor where its link leads. */
  'after_the_click',
  /** Everybody saw the same call: shown, not compared. */
  'one_call',
]);
export type Design = z.output<typeof Design>;

export const RegisteredLeg = z.strictObject({
  leg: Name,
  channel: Name,
  outcome: z.optional(Name),
  design: Design,
  /** Planned shares of exposure; of a later wave, its own stored allocation counts. */
  weights: z.array(z.strictObject({ call: Name, weight: z.number().check(z.gte(0)) })),
  /** Parts of its people in which harm is looked at, by name, in the order of their bits. */
  segments: z.optional(z.array(Name)),
  /** Of a series: the name all its slots share in the file. */
  series: z.optional(Name),
  /** Of a series: slots 2n and 2n + 1 are a pair in which every call stands once. */
  paired: z.optional(z.boolean()),
  /** Of a series: each post is read so long after it was published. */
  readMs: z.optional(z.int().check(z.gte(1))),
});
export type RegisteredLeg = z.output<typeof RegisteredLeg>;

export const Registration = z.strictObject({
  /** The one metric that decides. */
  metric: z.enum(['conversion', 'click']),
  /** The error budgets of a claim: at any time, and at the one final read (statistics S21). */
  alphaLive: openUnit,
  alphaFinal: openUnit,
  /** The counting window after the moment; later answers are late and change nothing. */
  windowMs: z.int().check(z.gte(1)),
  /** Nothing is mature before this, where the account has no answer-delay curve of its own. */
  waitMs: z.int().check(z.gte(1)),
  /** Of a rate, before anybody answered: Beta(a, b). */
  prior: z.strictObject({ a: positive, b: positive }),
  /** What share is expected to answer: for what is foreseen before the send, never for a verdict. */
  expectedRate: openUnit,
  /** The smallest lift worth caring about: 0.1 for 10 %. */
  smallestLift: positive,
  /** No recipient counts for more than this, in minor units; absent: no cap. */
  valueCap: z.optional(z.int().check(z.gte(1))),
  /** The audience over which rates of several legs are put side by side; absent: those reached. */
  mix: z.optional(
    z.array(z.strictObject({ leg: Name, weight: z.number().check(z.gt(0)) })).check(z.minLength(1)),
  ),
  /** `messages`: email legs carry different calls in different words, so no call alone is judged. */
  compares: z.enum(['calls', 'messages']),
  legs: z.array(RegisteredLeg),
  /** What happens at the final read, in words; carried and shown, not interpreted. */
  atFinalRead: z.string().check(z.minLength(1), z.maxLength(500)),
});
export type Registration = z.output<typeof Registration>;

const HOUR_MS = 3_600_000;

/** What is registered where nobody says otherwise. */
export const registrationDefaults = {
  alphaLive: 0.01,
  alphaFinal: 0.04,
  prior: { a: 1, b: 1 },
  smallestLift: 0.1,
  expectedRate: 0.02,
  /** Without a curve of the account's own (statistics S21). */
  waitMs: { click: 24 * HOUR_MS, conversion: 72 * HOUR_MS },
  windowMs: { click: 48 * HOUR_MS, conversion: 7 * 24 * HOUR_MS },
  atFinalRead:
    'read once, when the counting window ends: a winner is named or it is said that none is clear; nothing is sent because of it',
} as const;

/** A whole registration from the parts that were chosen; the wait never outlasts the window. */
export function register(
  chosen: Pick<Registration, 'metric' | 'windowMs'> & Partial<Registration>,
): Registration {
  const { waitMs, windowMs: _w, ...defaults } = registrationDefaults;
  return {
    ...defaults,
    waitMs: Math.min(waitMs[chosen.metric], chosen.windowMs),
    compares: 'calls',
    legs: [],
    ...chosen,
  };
}
