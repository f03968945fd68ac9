// The campaign file as a marketer writes it: its schema, nothing resolved yet.

import * as z from 'zod/mini';
import {
  duration,
  fileName,
  hours,
  id,
  line,
  maySay,
  name,
  percentage,
  says,
} from './file-values.ts';
import { EmailCalls, LegFile, QuietHoursFile, quietHoursSentence } from './leg-file.ts';
import { limits } from './limits.ts';

const moment = line(100);
const Legs = z.record(name, LegFile);

/** Words that mean something else wherever an outcome is named. */
export const RESERVED_NAMES = [
  'all',
  'any',
  'none',
  'other',
  'default',
  'split',
  'best',
  'hold',
  'drop',
  'go',
  'cancelled',
  'missed',
  'stopped',
] as const;

const GoalFile = z.strictObject({
  count: says(name, 'What is counted, in one word: signup.'),
  target: maySay(
    z.int().check(z.gte(1), z.lte(1_000_000_000)),
    'How many would be a success. Never changes a verdict.',
  ),
  within: maySay(
    duration,
    'How long after the moment it counts, and after a click it is still credited. 1m to 90d. Default: 7d.',
  ),
});

const CompareFile = z.strictObject({
  metric: maySay(
    z.enum(['conversion', 'click']),
    'The one metric that decides. Default: conversion where there is a goal, else click.',
  ),
  'smallest-lift': maySay(percentage, 'The smallest lift worth caring about. Default: 10%.'),
  'expected-rate': maySay(
    percentage,
    'What share of the recipients usually answers: only for what is foreseen before the send. Default: 2%.',
  ),
  within: maySay(
    duration,
    'The counting window after the moment; later answers are late and change nothing. Default: as the goal, or 48h for clicks.',
  ),
  wait: maySay(
    duration,
    'No winner is named before this, unless the account’s own answers are known to be in. Default: 24h for clicks, 72h for conversions.',
  ),
  wrong: maySay(
    z.strictObject({
      live: says(percentage, 'While it is watched, at any time.'),
      final: says(percentage, 'At the one final read.'),
    }),
    'How often at most a winner may be named between calls that do equally well; together at most 20%. Default: 1% and 4%.',
  ),
  prior: maySay(
    z.strictObject({
      a: says(z.number().check(z.gt(0), z.lte(1_000)), 'Answers.'),
      b: says(z.number().check(z.gt(0), z.lte(1_000_000)), 'No answers.'),
    }),
    'What is believed of every rate before anybody answered: Beta(a, b). Default: 1 and 1.',
  ),
  'value-cap': maySay(
    z.int().check(z.gte(1), z.lte(1_000_000_000)),
    'Nobody counts for more than this value, in minor units (cents). Default: none, and values decide nothing.',
  ),
  mix: maySay(
    z.record(name, z.number().check(z.gte(0), z.lte(1_000_000))),
    'Weights by leg: the audience over which rates of several legs are put side by side, the same for every call, such as prospects: 70. Only their proportions count; legs that are not named count nothing. Default: the people reached.',
  ),
  'at-final-read': maySay(
    line(500),
    'What you will do with the answer, in your words: shown with it.',
  ),
});

const FollowUpFile = z.strictObject({
  who: says(
    z.enum(['converted', 'not-converted', 'clicked', 'not-clicked']),
    'Who of those that were reached gets it, as known when it leaves. Whoever has converted by then is left out of every reminder, looked up again before every call.',
  ),
  after: says(duration, 'How long after the moment: 10m to 30d.'),
  body: says(
    fileName,
    'A Markdown file beside this one. May hold {call} once, and columns as {first_name|there}.',
  ),
  subject: maySay(line(250), 'Default: the first heading of the body.'),
  calls: z.optional(EmailCalls),
  from: maySay(line(320), 'Default: the sender of the leg it follows.'),
  late: maySay(duration, 'Past its start by this, a person is asked. Default: 2h.'),
});
export type FollowUpFile = z.output<typeof FollowUpFile>;

/** As a column is named in a text. */
export const ENVELOPE_NAME_PATTERN = /^[a-z][a-z0-9_]{0,39}$/;

const EnvelopeFile = z.strictObject({
  recipients: says(
    z.int().check(z.gte(1), z.lte(limits.audienceMax)),
    'At most so many people get it.',
  ),
  channels: maySay(z.array(name).check(z.minLength(1)), 'Only these. Default: those of the legs.'),
  hours: maySay(hours, 'It leaves between these times of day, where it was planned: 08:00-22:00.'),
  who: maySay(
    z.array(line(64)).check(z.minLength(1), z.maxLength(50)),
    'Who may schedule and fire it, by the name of their token. Default: every operator.',
  ),
  field: maySay(
    z.strictObject({
      name: says(line(40), 'As it stands in braces in subject, body and post: place for {place}.'),
      max: says(z.int().check(z.gte(1), z.lte(500)), 'At most so many characters.'),
      or: says(line(500), 'What stands there until `fill` says something else.'),
    }),
    'One free text that may still change after the approval.',
  ),
});

const BurstFile = z.strictObject({
  at: maySay(
    moment,
    'The moment: a local time in a named zone, such as 2027-03-04 10:00 Europe/Paris. Left out: said when the burst is scheduled.',
  ),
  standby: maySay(
    z.strictObject({
      from: says(moment, 'From when on it may be fired.'),
      until: says(moment, 'When it is too late.'),
    }),
    'Instead of a moment: ready and waiting for somebody to fire it.',
  ),
  outcomes: maySay(
    z.record(
      name,
      z.strictObject({
        legs: says(Legs, 'The legs that leave with this outcome, each as under burst.legs.'),
      }),
    ),
    'By name, all prepared and approved: `volley fire --outcome won` takes one and voids the others.',
  ),
  approval: maySay(
    z
      .string()
      .check(
        z.regex(
          /^(?:none|second person(?: above [1-9]\d{0,8})?)$/,
          'write none, second person, or second person above 5000',
        ),
      ),
    'Who has to approve: none, second person, or second person above 5000 recipients. Default: none.',
  ),
  envelope: maySay(
    EnvelopeFile,
    'Approved beforehand, so that a trained team acts in minutes: inside of it nobody is asked again.',
  ),
  fill: maySay(line(500), 'The free text of the envelope. Changing it keeps the approval.'),
  late: maySay(duration, 'Of every leg that has none of its own.'),
  'quiet-hours': maySay(
    QuietHoursFile,
    `Of every email leg that has none of its own. ${quietHoursSentence}`,
  ),
  'frequency-cap': maySay(
    z.strictObject({
      messages: says(z.int().check(z.gte(1), z.lte(1_000)), 'So many messages.'),
      within: says(duration, 'In so long a time, 1m to 90d.'),
    }),
    'Nobody gets more messages within that time, over all bursts and this one.',
  ),
  'if-not-ready': maySay(z.enum(['hold', 'drop', 'go']), 'Of every leg that has none of its own.'),
  'in-doubt': maySay(
    z.enum(['at-most-once', 'resend-when-unproven']),
    'What becomes of a message of which nobody knows whether it left, when the time for proof is over. Default: at-most-once.',
  ),
  holdout: maySay(
    percentage,
    'So much of every list gets no message at all, drawn by chance, so that what the messages brought can be told. 1% to 50%; at least 5% for an answer. Default: none.',
  ),
  // biome-ignore lint/suspicious/noThenProperty: the file's own word; its value is data, never called
  then: maySay(
    z.record(name, FollowUpFile),
    'Follow-ups by a name of your choice, to every email leg: each is a burst of its own, made when the email of this one is out, and approved with it.',
  ),
  legs: maySay(Legs, 'By a name of your choice: one channel’s part of the burst each.'),
});

export const CampaignFile = z.strictObject({
  campaign: maySay(id, 'The lasting effort this burst belongs to. Default: the burst’s own id.'),
  offer: maySay(line(500), 'What it is about, for whoever reads the file.'),
  goal: maySay(GoalFile, 'One goal judges every call. Without one, clicks decide.'),
  compare: maySay(
    CompareFile,
    'How the calls are judged. Registered with the approval and never changed after the send.',
  ),
  links: maySay(line(253), 'The link domain. Default: the one of this deployment.'),
  utm: maySay(
    z.boolean(),
    'Whether destinations get utm_source, utm_medium, utm_campaign and utm_content where they state none. Default: true.',
  ),
  notify: maySay(
    z.array(line(320)).check(z.maxLength(20)),
    'Addresses, and https URLs for signed webhooks, that hear of trouble at once, and of the answer when it is due.',
  ),
  calls: says(
    z.record(
      name,
      z.strictObject({
        say: says(line(200), 'The wording a reader sees.'),
        to: says(
          z.string().check(z.minLength(1)),
          'Where it leads: http or https. {click} stands for our click id, so that conversions can be told to us later.',
        ),
      }),
    ),
    'The calls to action that are compared, by a name of your choice: 1 to 20.',
  ),
  burst: says(BurstFile, 'One coordinated sending at one moment.'),
});
export type CampaignFile = z.output<typeof CampaignFile>;

/** What a campaign file may come to say one day. Refused by name rather than ignored. */
export const NOT_YET: ReadonlyMap<string, string> = new Map([
  ['order', 'the order of sending is named by `first: [donor, member]`'],
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
