// What a campaign file says of those who are left out or kept for later.

import { describe, expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, launch, plan } from './a-context.ts';

const HOUR = 3_600_000;

function but(line: string | RegExp, by: string): string {
  const changed = launch.replace(line, by);
  expect(changed).not.toBe(launch);
  return changed;
}

/** A field of the email leg, as the file says it. */
const leg = (field: string) => but(/^( +)late: 2h/m, `$1late: 2h\n$1${field}`);
const burst = (field: string) => but(/^burst:\n/m, `burst:\n  ${field}\n`);

/** Two email legs, in waves of one per cent and the rest. */
function inWaves(first: number, second: number): string {
  const email = /^ {4}prospects:\n(?: {6}.*\n)+/m.exec(launch)?.[0] ?? '';
  const leaving = (name: string, count: number) => {
    const waves = [...Array.from({ length: count - 1 }, () => '{ share: 1% }'), '{}'];
    const whole = email.replaceAll('prospects', name);
    return whole.replace(/^( +)late: 2h/m, `$1late: 2h\n$1waves: [${waves.join(', ')}]`);
  };
  return but(email, leaving('prospects', first) + leaving('members', second));
}

async function planned(text: string) {
  const world = aWorld();
  const { burst: id, contentHash, defaults } = await plan(world, text);
  const stored = await loadPlan(world.table, id, contentHash);
  const email = stored.legs.find((one) => one.kind === 'email');
  if (!email) throw new Error('there is no email leg');
  return { stored, email, defaults };
}

async function refusalOf(text: string): Promise<Refusal> {
  try {
    await plan(aWorld(), text);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('quiet hours', () => {
  test.each([
    ['in short', leg('quiet-hours: 21:00-08:00'), 'hold_back'],
    ['for the whole burst', burst('quiet-hours: 21:00-08:00'), 'hold_back'],
    [
      'with what becomes of them',
      leg('quiet-hours: { from: 21:00, to: 08:00, inside: release-after }'),
      'release_after',
    ],
  ])('%s', async (_name, text, inside) => {
    const { email } = await planned(text);
    expect(email.quietHours).toEqual({ from: '21:00', to: '08:00', inside });
  });

  test('a leg’s own count instead of the burst’s, and the default is said', async () => {
    const text = leg('quiet-hours: 22:30-07:15').replace(
      /^burst:\n/m,
      'burst:\n  quiet-hours: 21:00-08:00\n',
    );
    const { email, defaults } = await planned(text);
    expect(email.quietHours).toMatchObject({ from: '22:30', to: '07:15' });
    expect(defaults).toContain('burst.legs.prospects.quiet-hours.inside: hold-back');
  });
});

test('a frequency cap is of the whole burst', async () => {
  const { stored } = await planned(burst('frequency-cap: { messages: 3, within: 7d }'));
  expect(stored.frequencyCap).toEqual({ messages: 3, withinMs: 7 * 24 * HOUR });
});

test.each([
  ['[converted]', {}],
  ['[converted in atlas-teaser]', { burst: 'atlas-teaser' }],
])('except: %s leaves out who has converted', async (except, want) => {
  const list = '{ list: prospects.csv }';
  const { email } = await planned(but(list, `{ list: prospects.csv, except: ${except} }`));
  expect(email.skipConverted).toEqual(want);
});

test('waves have shares, calls and times', async () => {
  const waves = '[{ share: 10% }, { share: 20%, after: 1d, calls: trial }, { calls: { demo: 2 } }]';
  const { email, defaults } = await planned(leg(`waves: ${waves}`));
  expect(email.waves).toEqual([
    { share: 0.1 },
    { share: 0.2, afterMs: 24 * HOUR, allocation: [{ call: 'trial', weight: 1 }] },
    { allocation: [{ call: 'demo', weight: 2 }] },
  ]);
  expect(defaults).toContain(
    'burst.legs.prospects.waves.2.after: when its calls are allocated by a person',
  );
});

test('the waves of all legs together are up to 30', async () => {
  const { message } = await refusalOf(inWaves(15, 15));
  expect(message).toMatch(/there is nobody in the list "members"/);
  expect(message).not.toMatch(/waves/);
});

test('a file that says nothing of this has a plan without it', async () => {
  const { stored, email } = await planned(launch);
  expect(Object.keys(stored)).not.toContain('frequencyCap');
  for (const name of ['quietHours', 'skipConverted', 'waves']) {
    expect(Object.keys(email)).not.toContain(name);
  }
});

describe('refused', () => {
  const in2 = 'burst.legs.prospects';
  test.each([
    {
      name: 'no time of day',
      text: leg('quiet-hours: 9pm-8am'),
      field: `${in2}.quiet-hours`,
      says: /write hours such as 21:00-08:00/,
    },
    {
      name: 'an hour there is not',
      text: leg('quiet-hours: { from: "24:00", to: "08:00" }'),
      field: `${in2}.quiet-hours.from`,
      says: /write a time of day such as 21:30/,
    },
    {
      name: 'quiet hours without an end',
      text: leg('quiet-hours: { from: 21:00 }'),
      field: `${in2}.quiet-hours.to`,
      says: /this is missing/,
    },
    {
      name: 'quiet hours all day',
      text: leg('quiet-hours: 08:00-08:00'),
      field: `${in2}.quiet-hours`,
      says: /never let anybody out/,
    },
    {
      name: 'what else to do with them',
      text: leg('quiet-hours: { from: 21:00, to: 08:00, inside: shout }'),
      field: `${in2}.quiet-hours.inside`,
      says: /write hold-back, release-after/,
    },
    {
      name: 'quiet hours of a post',
      text: but(/^( +)if-not-ready: drop/m, '$1if-not-ready: drop\n$1quiet-hours: 21:00-08:00'),
      field: 'burst.legs.mastodon.quiet-hours',
      says: /nothing is called "quiet-hours" here/,
    },
    {
      name: 'a cap of nothing',
      text: burst('frequency-cap: { messages: 0, within: 7d }'),
      field: 'burst.frequency-cap.messages',
      says: /too little \(at least 1\)/,
    },
    {
      name: 'a cap without a time',
      text: burst('frequency-cap: { messages: 3 }'),
      field: 'burst.frequency-cap.within',
      says: /this is missing/,
    },
    {
      name: 'a cap for ever',
      text: burst('frequency-cap: { messages: 3, within: 365d }'),
      field: 'burst.frequency-cap.within',
      says: /1m to 90d/,
    },
    {
      name: 'a list that is no name',
      text: but('{ list: prospects.csv }', '{ list: prospects.csv, except: ["our customers!"] }'),
      field: `${in2}.to.except`,
      says: /"our customers!" is no name of a list/,
    },
    {
      name: 'a burst that is no name',
      text: but('{ list: prospects.csv }', '{ list: prospects.csv, except: [converted in A_B] }'),
      field: `${in2}.to.except`,
      says: /"A_B" is no name of a burst/,
    },
    {
      name: 'converted twice',
      text: but(
        '{ list: prospects.csv }',
        '{ list: prospects.csv, except: [converted, converted in a] }',
      ),
      field: `${in2}.to.except`,
      says: /left out once/,
    },
    {
      name: 'one wave',
      text: leg('waves: [{ share: 10% }]'),
      field: `${in2}.waves`,
      says: /at least 2 entries/,
    },
    {
      name: 'a share that is none',
      text: leg('waves: [{ share: ten }, {}]'),
      field: `${in2}.waves.0.share`,
      says: /write a share such as 10%/,
    },
    {
      name: 'a share of nothing',
      text: leg('waves: [{ share: 0% }, {}]'),
      field: `${in2}.waves.0.share`,
      says: /0.1% to 100%/,
    },
    {
      name: 'too much in all',
      text: leg('waves: [{ share: 60% }, { share: 60% }]'),
      field: `${in2}.waves`,
      says: /add up to 120%/,
    },
    {
      name: 'too little in all',
      text: leg('waves: [{ share: 60% }, { share: 30% }]'),
      field: `${in2}.waves`,
      says: /add up to 90%/,
    },
    {
      name: 'two sizes',
      text: leg('waves: [{ share: 10%, recipients: 5 }, {}]'),
      field: `${in2}.waves.0`,
      says: /a share or a number/,
    },
    {
      name: 'no size before the last',
      text: leg('waves: [{}, { share: 10% }]'),
      field: `${in2}.waves.0`,
      says: /only the last wave takes what is left/,
    },
    {
      name: 'a first wave that waits',
      text: leg('waves: [{ share: 10%, after: 1d }, {}]'),
      field: `${in2}.waves.0.after`,
      says: /leaves when the leg does/,
    },
    {
      name: 'waves in the wrong order',
      text: leg('waves: [{ share: 10% }, { share: 10%, after: 2d }, { after: 1d }]'),
      field: `${in2}.waves`,
      says: /after the one before/,
    },
    {
      name: 'a wave next year',
      text: leg('waves: [{ share: 10% }, { after: 400d }]'),
      field: `${in2}.waves.1.after`,
      says: /up to 30d/,
    },
    {
      name: 'more waves of all legs together than one list can have',
      text: inWaves(15, 16),
      field: 'burst',
      says: /the legs leave in 31 waves.*at most 30 together/,
    },
    {
      name: 'a call there is not',
      text: leg('waves: [{ share: 10% }, { calls: nope }]'),
      field: `${in2}.waves.1.calls`,
      says: /there is no call "nope"/,
    },
  ])('$name', async ({ text, field, says }) => {
    const refusal = await refusalOf(text);
    expect(refusal.code).toBe('campaign_file_invalid');
    expect(refusal.message).toMatch(says);
    expect(refusal.details.field).toBe(field);
    expect(refusal.details.line).toBeGreaterThan(0);
  });
});
