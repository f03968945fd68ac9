import { describe, expect, test } from 'vitest';
import { importAudience } from '#commands/import-audience.ts';
import { Refusal } from '#domain/faults.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, launch, plan } from './a-context.ts';

const HOUR = 3_600_000;

function but(line: string | RegExp, by: string, text = launch): string {
  const changed = text.replace(line, by);
  expect(changed).not.toBe(text);
  return changed;
}

const compare = (lines: string) => but('links:', `compare: ${lines}\nlinks:`);
const leg = (lines: string) => but('      late: 2h\n', `      late: 2h\n      ${lines}\n`);
const noGoal = but(/goal: .*\n/, '');

async function planned(text: string, world = aWorld()) {
  const answer = await plan(world, text);
  const stored = await loadPlan(world.table, answer.burst, answer.contentHash);
  return { ...answer, stored, emails: stored.legs.filter((one) => one.kind === 'email') };
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

describe('what judges the calls is registered with the plan', () => {
  test('by default, every part of it stated', async () => {
    const { stored, defaults } = await planned(launch);
    expect(stored.registration).toEqual({
      metric: 'conversion',
      alphaLive: 0.01,
      alphaFinal: 0.04,
      windowMs: 168 * HOUR,
      waitMs: 72 * HOUR,
      prior: { a: 1, b: 1 },
      expectedRate: 0.02,
      smallestLift: 0.1,
      compares: 'calls',
      legs: [
        {
          leg: 'prospects',
          channel: 'email',
          design: 'randomised',
          weights: [
            { call: 'trial', weight: 1 },
            { call: 'demo', weight: 1 },
          ],
        },
        {
          leg: 'mastodon',
          channel: 'mastodon',
          design: 'one_call',
          weights: [{ call: 'trial', weight: 1 }],
        },
      ],
      atFinalRead: expect.stringMatching(/^read once/),
    });
    expect(defaults).toEqual(
      expect.arrayContaining([
        'compare.metric: conversion',
        'compare.wait: 3d',
        'compare.prior: 1, 1',
        'compare.value-cap: none',
        'compare.wrong: live 1%, final 4%',
        'compare.smallest-lift: 10%',
        'compare.expected-rate: 2%',
        expect.stringMatching(/^compare.at-final-read: read once/),
      ]),
    );
  });

  test('as the file says', async () => {
    const { stored } = await planned(
      compare(
        '{ metric: click, smallest-lift: 5%, expected-rate: 3.5%, within: 24h, wait: 6h, wrong: { live: 0.5%, final: 2% }, prior: { a: 2, b: 98 }, value-cap: 50000, at-final-read: the next letter carries it }',
      ),
    );
    expect(stored.registration).toMatchObject({
      metric: 'click',
      windowMs: 24 * HOUR,
      waitMs: 6 * HOUR,
      alphaLive: 0.005,
      alphaFinal: 0.02,
      prior: { a: 2, b: 98 },
      expectedRate: 0.035,
      smallestLift: 0.05,
      valueCap: 50_000,
      atFinalRead: 'the next letter carries it',
    });
  });

  test('without a goal clicks decide, within two days', async () => {
    const { stored } = await planned(noGoal);
    const want = { metric: 'click', windowMs: 48 * HOUR, waitMs: 24 * HOUR };
    expect(stored.registration).toMatchObject(want);
  });

  test('a wait is part of its window', async () => {
    const { stored } = await planned(compare('{ within: 12h }'));
    expect(stored.registration).toMatchObject({ windowMs: 12 * HOUR, waitMs: 12 * HOUR });
  });

  test('the mix over which rates of several legs are told', async () => {
    const text = but(
      '{ list: prospects.csv }',
      '{ list: prospects.csv, segment: { field: first_name, is: Ana } }',
      but(
        '    mastodon:',
        '    others:\n      channel: email\n      from: nora@example.com\n      body: launch.md\n      to: prospects.csv\n      calls: split\n      subject: Atlas 2\n    mastodon:',
        compare('{ mix: { prospects: 30, others: 70 } }'),
      ),
    );
    const { stored, defaults } = await planned(text);
    expect(stored.registration.mix).toEqual([
      { leg: 'prospects', weight: 30 },
      { leg: 'others', weight: 70 },
    ]);
    expect(defaults.join()).not.toMatch('compare.mix');
    const open = await planned(text.replace(/compare: .*\n/, ''));
    expect(open.stored.registration.mix).toBeUndefined();
    expect(open.defaults).toContain('compare.mix: the people reached');
  });

  test('the segments in which harm is looked at, with the leg and with what judges it', async () => {
    const text = leg(
      'segments: { young: { field: age, max: 25 }, ana: { field: first_name, is: Ana } }',
    );
    const { stored, emails } = await planned(text);
    expect((emails[0] as EmailLegPlan).segments).toEqual([
      { name: 'young', segment: { field: 'age', max: 25 } },
      { name: 'ana', segment: { field: 'first_name', is: 'Ana' } },
    ]);
    expect(stored.registration.legs[0]?.segments).toEqual(['young', 'ana']);
    const names = Array.from(
      { length: 9 },
      (_, place) => `s${place}: { field: age, min: ${place} }`,
    );
    const refusal = await refusalOf(leg(`segments: { ${names.join(', ')} }`));
    expect(refusal.message).toMatch('9 segments are more than anybody looks at');
    expect(refusal.details.limit).toBe('at most 8');
  });

  test.each([
    ['{ nowhere: 1 }', 'there is no leg nowhere'],
    ['{ mastodon: 1 }', 'mastodon leaves nothing to chance'],
    ['{ prospects: 0 }', 'no leg has any weight'],
    ['{ prospects: -1 }', 'compare.mix.prospects'],
  ])('a mix of %s is refused', async (mix, message) => {
    const refusal = await refusalOf(compare(`{ mix: ${mix} }`));
    expect(refusal.message).toMatch(message);
  });

  test('any part of it is part of what is approved', async () => {
    const one = await planned(launch);
    const other = await planned(compare('{ smallest-lift: 11% }'));
    expect(other.contentHash).not.toBe(one.contentHash);
  });
});

const second = (lines: string) =>
  but(
    '    mastodon:',
    `    others:\n      channel: email\n      from: nora@example.com\n      body: launch.md\n      ${lines}\n    mastodon:`,
  );
const ana = '{ field: first_name, is: Ana }';

describe('several email legs', () => {
  test('of one list are made disjoint by their order, and it is said', async () => {
    const text = but(
      '{ list: prospects.csv }',
      `{ list: prospects.csv, segment: ${ana} }`,
      second('to: prospects.csv\n      calls: split\n      subject: Atlas 2 is here'),
    );
    const { emails, notes, audiences } = await planned(text);
    expect(emails.map((one) => (one as EmailLegPlan).segment)).toEqual([
      { field: 'first_name', is: 'Ana' },
      { not: { field: 'first_name', is: 'Ana' } },
    ]);
    expect(notes).toContain(
      'others writes to whoever of the list "prospects" is not meant by prospects: nobody gets two messages',
    );
    expect(audiences.map(({ contacts }) => contacts)).toEqual([1, 2]);
  });

  test('with other calls in other words compare messages, and it is said', async () => {
    const world = aWorld();
    const csv = 'email\neve@example.org\n';
    await importAudience(world.as('nora', 'operator'), { audience: 'members' }, csv);
    const text = but(
      'calls: split',
      'calls: demo',
      second('to: members\n      calls: trial\n      subject: Another subject'),
    );
    const { stored, notes } = await planned(text, world);
    expect(stored.registration.compares).toBe('messages');
    expect(notes.join()).toMatch(/messages rather than calls are being compared/);
    const same = text
      .replace('Another subject', 'Atlas 2 is here')
      .replace('from: nora@example.com', 'from: Nora at Example <nora@example.com>');
    const alike = await planned(same, world);
    expect(alike.stored.registration.compares).toBe('calls');
    expect(alike.notes.join()).toMatch(/chance did not decide who got which/);
  });
});

test('other lists and people without consent are left out', async () => {
  const world = aWorld();
  const csv = 'email\nana@example.org\n';
  await importAudience(world.as('nora', 'operator'), { audience: 'customers' }, csv);
  const { emails } = await planned(
    but(
      '{ list: prospects.csv }',
      '{ list: prospects.csv, except: [customers, converted], consent: recorded }',
    ),
    world,
  );
  expect(emails[0]).toMatchObject({
    exceptLists: ['customers'],
    skipConverted: {},
    requireConsent: true,
  });
});

test('a holdout is of the whole burst; a small one is said to tell nothing', async () => {
  const holdout = (share: string) => but('burst:\n', `burst:\n  holdout: ${share}\n`);
  expect((await planned(holdout('10%'))).stored.holdout).toBe(0.1);
  const { stored, notes } = await planned(holdout('2%'));
  expect(stored.holdout).toBe(0.02);
  expect(notes).toContain(
    'burst.holdout: 2% is little: what the messages brought is told from 5% on',
  );
});

describe('bets', () => {
  test.each([
    ['auto', [{ test: { rate: 0.02, spread: 0.004 } }, { bet: 'roll', afterMs: 72 * HOUR }]],
    ['10%', [{ share: 0.1 }, { bet: 'roll', afterMs: 72 * HOUR }]],
    ['500', [{ recipients: 500 }, { bet: 'roll', afterMs: 72 * HOUR }]],
    [
      '{ spread: 1%, wait: 6h }',
      [{ test: { rate: 0.02, spread: 0.01 } }, { bet: 'roll', afterMs: 6 * HOUR }],
    ],
  ])('test: %s', async (test, waves) => {
    expect((await planned(leg(`test: ${test}`))).emails[0]).toMatchObject({ waves });
  });

  test('a later wave may follow what was answered', async () => {
    const { emails } = await planned(
      leg('waves: [{ share: 20% }, { share: 30%, after: 2h, calls: best }, { calls: best }]'),
    );
    expect(emails[0]).toMatchObject({
      waves: [{ share: 0.2 }, { share: 0.3, bet: 'best', afterMs: 2 * HOUR }, { bet: 'best' }],
    });
  });
});

describe('refused with file, line and field', () => {
  const in2 = 'burst.legs.prospects';
  test.each([
    [
      'conversions without a goal',
      but('links:', 'compare: { metric: conversion }\nlinks:', noGoal),
      'compare.metric',
      /no goal that counts them/,
    ],
    [
      'a metric nobody knows',
      compare('{ metric: opens }'),
      'compare.metric',
      /write conversion, click/,
    ],
    [
      'a wait beyond the window',
      compare('{ within: 2h, wait: 3h }'),
      'compare.wait',
      /part of the counting window/,
    ],
    ['a window without end', compare('{ within: 400d }'), 'compare.within', /1m to 90d/],
    [
      'a verdict that is wrong every other time',
      compare('{ wrong: { live: 30%, final: 20% } }'),
      'compare.wrong',
      /20% together/,
    ],
    [
      'a lift of nothing',
      compare('{ smallest-lift: 0% }'),
      'compare.smallest-lift',
      /0.01% to 1000%/,
    ],
    [
      'a rate beyond belief',
      compare('{ expected-rate: 95% }'),
      'compare.expected-rate',
      /0.01% to 90%/,
    ],
    ['a prior of nothing', compare('{ prior: { a: 0, b: 1 } }'), 'compare.prior.a', /too little/],
    ['half a cent as a cap', compare('{ value-cap: 0.5 }'), 'compare.value-cap', /a whole number/],
    [
      'a holdout of everybody',
      but('burst:\n', 'burst:\n  holdout: 100%\n'),
      'burst.holdout',
      /1% to 50%/,
    ],
    [
      'a segment of nothing',
      but('{ list: prospects.csv }', '{ list: prospects.csv, segment: { field: country } }'),
      `${in2}.to.segment`,
      /what it must be/,
    ],
    [
      'a test and waves',
      leg('test: auto\n      waves: [{ share: 10% }, {}]'),
      `${in2}.test`,
      /a test or waves/,
    ],
    [
      'a test of one call',
      but('calls: split', 'calls: trial', leg('test: auto')),
      `${in2}.test`,
      /two calls at least/,
    ],
    ['a test of nearly all', leg('test: 95%'), `${in2}.test`, /1% to 90%/],
    ['a test read at once', leg('test: { wait: 1m }'), `${in2}.test.wait`, /10m to 7d/],
    [
      'a bet on the first wave',
      leg('waves: [{ share: 10%, calls: best }, {}]'),
      `${in2}.waves.0.calls`,
      /nobody has answered/,
    ],
    [
      'a bet on one call',
      but('calls: split', 'calls: trial', leg('waves: [{ share: 10% }, { calls: best }]')),
      `${in2}.waves.1.calls`,
      /one call only/,
    ],
    ['a call named like a bet', but('  demo:', '  best:'), 'calls.best', /reserved word/],
  ])('%s', async (_name, text, field, says) => {
    const refusal = await refusalOf(text);
    expect(refusal.code).toBe('campaign_file_invalid');
    expect(refusal.message).toMatch(says);
    expect(refusal.details.field).toBe(field);
    expect(refusal.details.line).toBeGreaterThan(0);
  });
});
