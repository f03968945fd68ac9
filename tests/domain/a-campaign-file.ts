// Any campaign file that can be read: every field, with texts that YAML might take for something else.

import fc from 'fast-check';
import type { CampaignFile, FollowUpFile } from '#domain/campaign-file.ts';
import type { BroadcastLegFile, EmailLegFile } from '#domain/leg-file.ts';

/** Whole or left out, field by field. */
function block<T extends object>(
  needed: (keyof T)[],
  fields: { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> },
) {
  return fc.record(fields as never, {
    requiredKeys: needed as never[],
  }) as unknown as fc.Arbitrary<T>;
}

const tricky = fc.constantFrom(
  'yes',
  'no',
  'null',
  '~',
  '0x1F',
  '1e3',
  '12',
  '2027-03-04',
  '21:00',
  '- a',
  '# b',
  "it's",
  '"q"',
  'a: b',
  '{x}',
  '[y]',
  '*z',
  '&w',
  '!tag',
  '% c',
  '@d',
  '`e`',
  '| f',
  '> g',
  ' h ',
  'ünï 日本',
  '\\n',
  '?',
  ':',
);
const text = (maxLength: number) =>
  fc.oneof(
    tricky,
    fc
      .string({ minLength: 1, maxLength, unit: 'grapheme' })
      .filter(
        (one) =>
          !/[\p{Cc}\u2028\u2029]/u.test(one) && one.length <= maxLength && one.isWellFormed(),
      ),
  );
const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9_-]{0,10}[a-z0-9])?$/);
const duration = fc.constantFrom('90s', '2h', '1h30m', '7d', '0s');
const signed = fc.constantFrom('-10m', '90s', '+5m');
const share = fc.constantFrom('10%', '2.5%', '50 %');
const fileName = fc.constantFrom('launch.md', 'texte/grüße 2.md', 'a_b-c.png');
const ready = fc.constantFrom('hold', 'drop', 'go') as fc.Arbitrary<'hold' | 'drop' | 'go'>;
const names = <T>(value: fc.Arbitrary<T>, maxKeys = 3) =>
  fc.dictionary(name, value, { minKeys: 1, maxKeys, noNullPrototype: true });
const calls = fc.oneof(name, names(fc.nat(1_000)));
const hours = fc.constantFrom('21:00-08:00', '00:00-23:59');
const quietHours = fc.oneof(
  hours,
  fc.record(
    {
      from: fc.constant('21:00'),
      to: fc.constant('08:00'),
      inside: fc.constantFrom('hold-back' as const, 'release-after' as const),
    },
    { requiredKeys: ['from', 'to'] },
  ),
);

const emailLeg = block<EmailLegFile>(['channel', 'to', 'calls', 'from', 'subject', 'body'], {
  channel: fc.constant('email' as const),
  to: fc.oneof(
    text(200),
    fc.record(
      {
        list: text(200),
        except: fc.array(fc.constantFrom('converted', 'customers'), { maxLength: 2 }),
        segment: fc.constantFrom(
          { field: 'country', is: ['FR', 'no'] },
          { not: { field: 'age', min: 18 } },
        ),
        consent: fc.constant('recorded' as const),
      },
      { requiredKeys: ['list'] },
    ),
  ),
  segments: names(
    fc.constantFrom({ field: 'country', is: ['FR', 'no'] }, { field: 'age', min: 18 }),
  ),
  first: fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 })),
  calls,
  from: text(320),
  'reply-to': text(320),
  subject: text(250),
  body: fileName,
  test: fc.oneof(
    share,
    fc.integer({ min: 20, max: 1_000 }),
    fc.constant('auto'),
    fc.record(
      { size: fc.constantFrom('auto', '5%'), wait: duration, spread: share },
      { requiredKeys: [] },
    ),
  ),
  'quiet-hours': quietHours,
  waves: fc.array(
    fc.record(
      { share, recipients: fc.integer({ min: 1, max: 1_000 }), calls, after: duration },
      { requiredKeys: [] },
    ),
    { minLength: 2, maxLength: 4 },
  ),
  'first-wave': fc.oneof(
    fc.constant('auto'),
    fc.integer({ min: 50, max: 100_000 }),
    fc.record({ off: text(200) }),
  ),
  offset: signed,
  late: duration,
  'if-not-ready': ready,
});

const broadcastLeg = block<BroadcastLegFile>(['channel', 'calls', 'text'], {
  channel: name.filter((one) => one !== 'email'),
  connection: fc.stringMatching(/^[a-z0-9]{1,10}$/),
  calls: fc.oneof(
    name,
    fc.record(
      {
        series: fc.integer({ min: 2, max: 40 }),
        every: duration,
        of: fc.array(name, { minLength: 2, maxLength: 3 }),
        pairs: fc.boolean(),
        read: duration,
      },
      { requiredKeys: ['series', 'every'] },
    ),
    fc.record({
      'after-the-click': fc.oneof(name, fc.array(name, { minLength: 2, maxLength: 3 })),
      say: text(200),
    }),
  ),
  text: fc.oneof(text(200), fc.constant('Out now.\n\nTwo lines, and a tab\t. {call}\n')),
  language: fc.constantFrom('en', 'pt-BR'),
  image: fc.record({ file: fileName, alt: text(200) }),
  offset: signed,
  late: duration,
  'if-not-ready': ready,
});

const legs = names(fc.oneof(emailLeg, broadcastLeg));

export const aCampaignFile: fc.Arbitrary<CampaignFile> = block<CampaignFile>(['calls', 'burst'], {
  campaign: fc.stringMatching(/^[a-z0-9]{1,10}$/),
  offer: text(200),
  goal: fc.record(
    { count: name, target: fc.integer({ min: 1, max: 1_000_000 }), within: duration },
    { requiredKeys: ['count'] },
  ),
  compare: fc.record(
    {
      metric: fc.constantFrom('click' as const, 'conversion' as const),
      'smallest-lift': share,
      'expected-rate': share,
      within: duration,
      wait: duration,
      prior: fc.record({ a: fc.integer({ min: 1, max: 9 }), b: fc.integer({ min: 1, max: 99 }) }),
      wrong: fc.record({ live: share, final: share }),
      'value-cap': fc.integer({ min: 1, max: 100_000 }),
      mix: names(fc.nat(1_000)),
      'at-final-read': text(200),
    },
    { requiredKeys: [] },
  ),
  links: text(100),
  utm: fc.boolean(),
  notify: fc.array(text(100), { maxLength: 3 }),
  calls: names(fc.record({ say: text(200), to: text(200) })),
  burst: block<CampaignFile['burst']>([], {
    at: text(100),
    standby: fc.record({ from: text(100), until: text(100) }),
    outcomes: names(fc.record({ legs })),
    approval: fc.constantFrom('none', 'second person', 'second person above 5000'),
    late: duration,
    'quiet-hours': quietHours,
    'frequency-cap': fc.record({ messages: fc.integer({ min: 1, max: 1_000 }), within: duration }),
    'if-not-ready': ready,
    'in-doubt': fc.constantFrom('at-most-once' as const, 'resend-when-unproven' as const),
    holdout: share,
    envelope: fc.record(
      {
        recipients: fc.integer({ min: 1, max: 1_000 }),
        channels: fc.array(name, { minLength: 1, maxLength: 2 }),
        hours,
        who: fc.array(text(64), { minLength: 1, maxLength: 2 }),
        field: fc.record({ name: text(40), max: fc.integer({ min: 1, max: 500 }), or: text(500) }),
      },
      { requiredKeys: ['recipients'] },
    ),
    fill: text(500),
    // biome-ignore lint/suspicious/noThenProperty: the file's own word; its value is data, never called
    then: names(
      block<FollowUpFile>(['who', 'after', 'body'], {
        who: fc.constantFrom('converted' as const, 'not-clicked' as const),
        after: duration,
        body: fileName,
        subject: text(250),
        calls,
        from: text(320),
        late: duration,
      }),
    ),
    legs,
  }),
});
