// The campaign file as a marketer writes it: its schema, nothing resolved yet.

import * as z from 'zod/mini';
import { ID_PATTERN, NAME_PATTERN } from './ids.ts';
import { limits } from './limits.ts';

const NAME_RULE = 'a name is 1 to 40 of a-z, 0-9, - and _, beginning and ending with a-z or 0-9';
const ID_RULE = 'an id is 1 to 64 of a-z, 0-9 and -, beginning and ending with a-z or 0-9';

const name = z.string().check(z.regex(NAME_PATTERN, NAME_RULE));
const id = z.string().check(z.regex(ID_PATTERN, ID_RULE));
const duration = z
  .string()
  .check(z.regex(/^[+-]?(?:\d{1,6}[smhd])+$/, 'write a time such as 90s, 2h or 7d'));
const fileName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(200),
    z.regex(
      /^(?!.*(?:^|\/)\.\.?(?:\/|$))[\p{L}\p{N} _./-]+$/u,
      'a file name has no "..", no drive and no scheme',
    ),
    z.regex(/^[^/]/, 'a file is named relative to the campaign file'),
  );
const line = (max: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(max),
      z.regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'a line break or control character cannot stand here'),
    );
const moment = line(100);

/** Which call goes to whom: one by name, `split` by chance over all, or weights. */
const EmailCalls = z.union([name, z.record(name, z.number().check(z.gte(0), z.lte(1_000_000)))]);

const timeOfDay = z
  .string()
  .check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'write a time of day such as 21:30'));

/** Local time where the recipient is; where nobody knows, where the burst was planned. */
const QuietHoursFile = z.union([
  z
    .string()
    .check(
      z.regex(
        /^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/,
        'write quiet hours such as 21:00-08:00',
      ),
    ),
  z.strictObject({
    from: timeOfDay,
    to: timeOfDay,
    /** Whose turn comes inside them: left out, or called as soon as they end. */
    inside: z.optional(z.enum(['hold-back', 'release-after'])),
  }),
]);

/** A part of the list, in its order. */
const WaveFile = z.strictObject({
  share: z.optional(
    z.string().check(z.regex(/^\d{1,3}(?:\.\d{1,3})? ?%$/, 'write a share such as 10%')),
  ),
  recipients: z.optional(z.int().check(z.gte(1), z.lte(limits.audienceMax))),
  calls: z.optional(EmailCalls),
  /** Since the leg's start; absent: when somebody allocates its calls. */
  after: z.optional(duration),
});
export type WaveFile = z.output<typeof WaveFile>;

const FIRST_WAVE_RULE = 'write auto, a number of recipients, or off: and why';

/** A list never mailed before: few leave first, the others after their feedback. */
const FirstWaveFile = z.union([
  z.string().check(z.regex(/^auto$/, FIRST_WAVE_RULE)),
  z.int().check(z.gte(50), z.lte(100_000)),
  z.strictObject({ off: line(200) }),
]);

const timing = {
  /** Start relative to the moment. */
  offset: z.optional(duration),
  /** Past the moment by this, ask a person. */
  late: z.optional(duration),
  /** What a failed check before the moment means for this leg. */
  'if-not-ready': z.optional(z.enum(['hold', 'drop', 'go'])),
};

export const EmailLegFile = z.strictObject({
  channel: z.literal('email'),
  to: z.union([
    line(200),
    z.strictObject({ list: line(200), except: z.optional(z.array(line(200))) }),
  ]),
  /** A column of the list: whoever has a yes there is written to first. */
  first: z.optional(name),
  calls: EmailCalls,
  from: line(320),
  'reply-to': z.optional(line(320)),
  subject: line(250),
  body: fileName,
  'quiet-hours': z.optional(QuietHoursFile),
  waves: z.optional(z.array(WaveFile).check(z.minLength(2), z.maxLength(20))),
  'first-wave': z.optional(FirstWaveFile),
  ...timing,
});
export type EmailLegFile = z.output<typeof EmailLegFile>;

export const BroadcastLegFile = z.strictObject({
  channel: name.check(
    z.refine((channel) => channel !== 'email', 'an email leg needs to, from, subject and body'),
  ),
  /** The connected account; absent: the one named like the channel. */
  connection: z.optional(id),
  calls: name,
  text: z.string().check(z.minLength(1), z.maxLength(10_000)),
  language: z.optional(
    z
      .string()
      .check(
        z.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'a language is a code such as en or pt-BR'),
      ),
  ),
  image: z.optional(z.strictObject({ file: fileName, alt: line(1_500) })),
  ...timing,
});
export type BroadcastLegFile = z.output<typeof BroadcastLegFile>;

export const LegFile = z.union([EmailLegFile, BroadcastLegFile]);
export type LegFile = z.output<typeof LegFile>;

const Legs = z.record(name, LegFile);

/** Words that mean something else wherever an outcome is named. */
export const RESERVED_NAMES = [
  'all',
  'any',
  'none',
  'other',
  'default',
  'split',
  'hold',
  'drop',
  'go',
  'cancelled',
  'missed',
  'stopped',
] as const;

export const CampaignFile = z.strictObject({
  campaign: z.optional(id),
  offer: z.optional(line(500)),
  goal: z.optional(
    z.strictObject({
      count: name,
      target: z.optional(z.int().check(z.gte(1), z.lte(1_000_000_000))),
      within: z.optional(duration),
    }),
  ),
  links: z.optional(line(253)),
  utm: z.optional(z.boolean()),
  notify: z.optional(z.array(line(320)).check(z.maxLength(20))),
  calls: z.record(name, z.strictObject({ say: line(200), to: z.string().check(z.minLength(1)) })),
  burst: z.strictObject({
    at: z.optional(moment),
    standby: z.optional(z.strictObject({ from: moment, until: moment })),
    outcomes: z.optional(z.record(name, z.strictObject({ legs: Legs }))),
    approval: z.optional(
      z
        .string()
        .check(
          z.regex(
            /^(?:none|second person(?: above [1-9]\d{0,8})?)$/,
            'write none, second person, or second person above 5000',
          ),
        ),
    ),
    late: z.optional(duration),
    /** Of every email leg that has none of its own. */
    'quiet-hours': z.optional(QuietHoursFile),
    /** Nobody gets more messages within that time, over all bursts and this one. */
    'frequency-cap': z.optional(
      z.strictObject({ messages: z.int().check(z.gte(1), z.lte(1_000)), within: duration }),
    ),
    'if-not-ready': z.optional(z.enum(['hold', 'drop', 'go'])),
    'in-doubt': z.optional(z.enum(['at-most-once', 'resend-when-unproven'])),
    legs: z.optional(Legs),
  }),
});
export type CampaignFile = z.output<typeof CampaignFile>;

/** What a campaign file may come to say one day. Refused by name rather than ignored. */
export const NOT_YET: ReadonlyMap<string, string> = new Map([
  ['then', 'follow-ups (then)'],
  ['test', 'a test share'],
  ['holdout', 'a holdout'],
  ['series', 'a series of posts'],
  ['every', 'a series of posts'],
  ['segment', 'segments'],
  ['metric', 'choosing the deciding metric'],
  ['smallest-lift', 'a smallest lift'],
  ['envelope', 'pre-approved envelopes'],
  ['order', 'an order of sending beyond `first`'],
  ['video', 'videos'],
]);

export const fileLimits = {
  campaignFileBytes: 256 * 1024,
  bodyBytes: 512 * 1024,
  imageBytes: 4 * 1024 * 1024,
  filesMax: 40,
  callsMax: limits.callsMax,
  legsMax: limits.legsMax,
} as const;
