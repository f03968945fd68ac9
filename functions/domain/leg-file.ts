// A leg of the campaign file as a marketer writes it: an email to a list, or a post for everybody.

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
  timeOfDay,
} from './file-values.ts';
import { limits } from './limits.ts';
import { Segment } from './segment.ts';

const Weights = z.record(name, z.number().check(z.gte(0), z.lte(1_000_000)));

export const EmailCalls = says(
  z.union([name, Weights]),
  'Which call goes to whom: one by name, `split` (chance decides per recipient, evenly over all calls: comparable), or weights by call.',
);

export const QuietHoursFile = z.union([
  hours,
  z.strictObject({
    from: says(timeOfDay, 'When they begin, such as 21:00.'),
    to: says(timeOfDay, 'When they end.'),
    inside: maySay(
      z.enum(['hold-back', 'release-after']),
      'Whose turn comes inside them: left out, or called as soon as they end. Default: hold-back.',
    ),
  }),
]);

export const quietHoursSentence =
  'Local hours in which nobody is messaged, such as 21:00-08:00: where the recipient is, or where the burst was planned if nobody knows.';

const WaveFile = z.strictObject({
  share: maySay(
    percentage,
    'So much of the list. The last wave may leave it out and takes the rest.',
  ),
  recipients: maySay(
    z.int().check(z.gte(1), z.lte(limits.audienceMax)),
    'So many recipients, instead of a share.',
  ),
  calls: maySay(
    z.union([name, Weights]),
    'As of the leg, or `best`: shares by what the waves before it answered, and all to one call once the rest is worth less than a conversion. A bet, reported as one. Default: as the leg.',
  ),
  after: maySay(
    duration,
    'When it leaves, counted from the start of the leg, up to 30d. Left out: when somebody allocates its calls.',
  ),
});
export type WaveFile = z.output<typeof WaveFile>;

const FIRST_WAVE_RULE = 'write auto, a number of recipients, or off: and why';

const FirstWaveFile = z.union([
  z.string().check(z.regex(/^auto$/, FIRST_WAVE_RULE)),
  z.int().check(z.gte(50), z.lte(100_000)),
  z.strictObject({ off: says(line(200), 'Why everybody has to leave at once.') }),
]);

const testSize = z.union([
  percentage,
  z.int().check(z.gte(20), z.lte(limits.audienceMax)),
  z.string().check(z.regex(/^auto$/, 'write auto, a share such as 10%, or a number of recipients')),
]);

/** Test some, then send the rest what did best: a bet, not a claim. */
const TestFile = z.union([
  testSize,
  z.strictObject({
    size: maySay(
      testSize,
      'How many are tested: a share, a number, or `auto` (what loses least over the whole list). Default: auto.',
    ),
    wait: maySay(
      duration,
      'When the rest follows, counted from the start of the leg. 10m to 7d. Default: 24h where clicks decide, 72h where conversions do.',
    ),
    spread: maySay(
      percentage,
      'How much rates of calls usually differ, in points, for `auto`. Default: a fifth of the expected rate.',
    ),
  }),
]);
export type TestFile = z.output<typeof TestFile>;

const timing = {
  offset: maySay(
    duration,
    'Start relative to the moment: 90s after it, or -10m before. At most 24h. Default: 0s.',
  ),
  late: maySay(
    duration,
    'Past its start by this, nothing is sent any more without asking a person. Default: 1m for a post, 2h for email.',
  ),
  'if-not-ready': maySay(
    z.enum(['hold', 'drop', 'go']),
    'What a failed check before the moment means: hold everything, drop this leg, or go all the same. Default: hold.',
  ),
};

export const EmailLegFile = z.strictObject({
  channel: says(z.literal('email'), 'The word email.'),
  to: says(
    z.union([
      line(200),
      z.strictObject({
        list: says(line(200), 'An imported list, by the name of its file or its id.'),
        segment: maySay(
          Segment,
          'Who of it is meant: a rule over its columns, such as { field: country, is: [FR, BE] }, combined by all, any and not.',
        ),
        except: maySay(
          z.array(line(200)).check(z.maxLength(10)),
          'Who of it is left out: the members of other lists by name, `converted` (in any burst of the campaign) or `converted in BURST`.',
        ),
        consent: maySay(
          z.enum(['recorded']),
          '`recorded`: whoever has no recorded consent is left out. Default: only whoever withdrew it is.',
        ),
      }),
    ]),
    'Who gets it: the name of an imported list, or a list with exceptions.',
  ),
  segments: maySay(
    z.record(name, Segment),
    'Parts of its people by a name of your choice, such as young: { field: age, max: 25 }: whether a call does harm (unsubscribes, complaints, bounces) is looked at in each of them. At most 8; they may overlap.',
  ),
  first: maySay(
    z.union([name, z.array(name).check(z.minLength(1), z.maxLength(5))]),
    'The order of sending: a column of the list, and whoever has a yes there is written to first; or several, one group after the other. Order only; calls stay even within every window.',
  ),
  calls: EmailCalls,
  from: says(
    line(320),
    'The sender: a name and an address somebody reads, verified by the email account itself or by its domain. noreply@ is refused.',
  ),
  'reply-to': maySay(line(320), 'Where answers go, if not to the sender.'),
  subject: says(line(250), 'May hold columns as {first_name|there}; never {call}.'),
  body: says(
    fileName,
    'A Markdown file beside this one. Holds {call} exactly once, and columns as {first_name|there}.',
  ),
  'quiet-hours': maySay(QuietHoursFile, quietHoursSentence),
  waves: maySay(
    z.array(WaveFile).check(z.minLength(2), z.maxLength(20)),
    `The list in parts, at most ${limits.wavesMax} over all legs: the first leaves with the leg, each later one when its time has come or a person allocates its calls.`,
  ),
  test: maySay(
    TestFile,
    'Instead of waves: some are tested, then the rest gets what did best. A bet, reported as one.',
  ),
  'first-wave': maySay(
    FirstWaveFile,
    'A list never mailed before: few leave first, the others after their feedback. `auto`, a number of recipients (50 to 100000), or `{ off: why }`. Default: auto.',
  ),
  ...timing,
});
export type EmailLegFile = z.output<typeof EmailLegFile>;

const PostCalls = z.union([
  name,
  z.strictObject({
    series: says(
      z.int().check(z.gte(2), z.lte(limits.slotsMax)),
      'So many posts, a multiple of the number of calls: chance decides which call each carries. From four posts a call on they can be compared.',
    ),
    every: says(duration, 'The time from one post to the next, 10m to 7d.'),
    of: maySay(z.array(name).check(z.minLength(2)), 'The calls drawn. Default: all.'),
    pairs: maySay(
      z.boolean(),
      'Two calls, drawn within pairs of neighbouring posts: six pairs can be compared. Default: false.',
    ),
    read: maySay(
      duration,
      'Each post is read so long after it went out, 10m to 30d. Default: 24h.',
    ),
  }),
  z.strictObject({
    'after-the-click': says(
      z.union([name, z.array(name).check(z.minLength(2))]),
      'One post for everybody; its link leads each visitor by chance to one of these calls (`split`: all of them). It tests the page behind the link, not the post.',
    ),
    say: says(line(200), 'The wording of the link, which is no call’s own.'),
  }),
]);
export type PostCalls = z.output<typeof PostCalls>;

export const BroadcastLegFile = z.strictObject({
  channel: says(
    name.check(
      z.refine((channel) => channel !== 'email', 'an email leg needs to, from, subject and body'),
    ),
    'Where it is posted: mastodon, or another channel of this deployment.',
  ),
  connection: maySay(id, 'The connected account. Default: the one named like the channel.'),
  calls: says(
    PostCalls,
    'The one call that this post carries, by name: shown, not compared. Or a series of posts, or a link that decides after the click.',
  ),
  text: says(
    z.string().check(z.minLength(1), z.maxLength(10_000)),
    'What is posted. Holds {call} exactly once: it becomes the wording and the tracked link.',
  ),
  language: maySay(
    z
      .string()
      .check(
        z.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'a language is a code such as en or pt-BR'),
      ),
    'The language of the text, such as en.',
  ),
  image: maySay(
    z.strictObject({
      file: says(fileName, 'PNG, JPEG, GIF or WebP beside this file, at most 4 MiB.'),
      alt: says(line(1_500), 'What the image shows, for whoever cannot see it.'),
    }),
    'A picture with its description.',
  ),
  ...timing,
});
export type BroadcastLegFile = z.output<typeof BroadcastLegFile>;

export const LegFile = z.union([EmailLegFile, BroadcastLegFile]);
export type LegFile = z.output<typeof LegFile>;
