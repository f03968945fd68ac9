// Every state of S21 by way of the public API: events in, a burst measured, its results asked for.

import { expect, test } from 'vitest';
import type { Plan } from '#domain/plan.ts';
import { register } from '#domain/registration.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createMeasure } from '#feedback/measure.ts';
import { reportOf } from '#feedback/report-of.ts';
import { savePrincipal } from '#store/principals.ts';
import { anApi } from '../api/an-api.ts';
import {
  BURST,
  batchOf,
  click,
  conversion,
  createFeedbackWorld,
  emailLeg,
  HOUR,
  measureAt,
  planOf,
  postLeg,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';

const TOKEN = 'a-token-of-a-viewer-xxxxxxxxxxxx';

interface Given {
  /** Delivered, clicked by people, clicked by robots alone, per call of the email leg. */
  readonly email?: Readonly<Record<string, readonly [number, number, number]>>;
  readonly events?: readonly object[];
  readonly plan?: Partial<Plan>;
  readonly legs?: readonly string[];
  /** Hours after the moment at which it is asked; measured then too. */
  readonly hours: number;
}

function emailEvents(email: NonNullable<Given['email']>): object[] {
  let ordinal = 0;
  return Object.entries(email).flatMap(([call, [delivered, clicked, robots]]) =>
    Array.from({ length: delivered }, (_, place) => {
      ordinal += 1;
      const at = T + HOUR + ordinal * 1_000;
      const isRobot = place >= clicked && place < clicked + robots;
      return [
        sesEvent({ eventType: 'Delivery', ordinal, call }),
        ...(place < clicked ? [click({ ordinal, call, at })] : []),
        ...(isRobot ? [click({ ordinal, call, at, agent: 'curl/8' })] : []),
      ];
    }).flat(),
  );
}

async function asked(given: Given, order: (events: object[]) => object[] = (all) => all) {
  const legs = given.plan?.legs ?? planOf().legs;
  const one = await createFeedbackWorld({
    recipients: 5_000,
    ...(given.plan ? { plan: given.plan } : {}),
    burst: {
      legs: legs.map(({ name, channel, kind, offsetMs, deadlineMs, ifNotReady }) => {
        const state = kind === 'email' ? ('sent' as const) : ('published' as const);
        return { name, channel, offsetMs, deadlineMs, ifNotReady, state };
      }),
    },
  });
  const events = order([...emailEvents(given.email ?? {}), ...(given.events ?? [])]);
  for (let from = 0; from < events.length; from += 500) {
    expect(await one.record(batchOf(events.slice(from, from + 500)))).toEqual([]);
  }
  await measureAt(one, T + given.hours * HOUR);
  const { table } = one.world;
  await savePrincipal(table, TOKEN, { name: 'vera', scopes: ['viewer'] });
  const api = anApi({
    table,
    clock: { now: () => one.world.now },
    buildReport: (burst) => buildReport(table, burst, one.world.now),
  });
  const results = await api.call('GET', `/v1/bursts/${BURST}/results`, { token: TOKEN });
  const exported = await api.call('GET', `/v1/bursts/${BURST}/export`, { token: TOKEN });
  expect([results.status, exported.status]).toEqual([200, 200]);
  return { results: results.body, exported: exported.body, text: results.text };
}

/** Posts of two calls in turn, an hour apart, each read for a day. */
function series(each: number): Partial<Plan> {
  const slots = Array.from({ length: 2 * each }, (_, slot) => ({
    ...postLeg,
    name: `post-${slot}`,
    call: slot % 2 === 0 ? 'seat' : 'demo',
    offsetMs: slot * HOUR,
    series: { name: 'posts', slot, paired: false, readMs: 24 * HOUR },
  }));
  return {
    legs: slots,
    registration: register({
      metric: 'click',
      windowMs: 48 * HOUR,
      legs: slots.map(({ name, call }) => ({
        leg: name,
        channel: 'mastodon',
        design: 'series' as const,
        weights: [{ call, weight: 1 }],
        series: 'posts',
        paired: false,
        readMs: 24 * HOUR,
      })),
    }),
  };
}

function postClicks(each: number, clicks: (call: string, slot: number) => number): object[] {
  return Array.from({ length: 2 * each }, (_, slot) => {
    const call = slot % 2 === 0 ? 'seat' : 'demo';
    return Array.from({ length: clicks(call, slot) }, (_, reader) =>
      click({
        leg: `post-${slot}`,
        call,
        visitor: `reader-${slot}-${reader}`,
        at: T + slot * HOUR + reader * 1_000,
      }),
    );
  }).flat();
}

/** One post whose link leads visitors to either call; conversions decide. */
const afterTheClick: Partial<Plan> = {
  legs: [{ ...postLeg, call: 'split', visitors: ['seat', 'demo'], say: 'Look' }],
  registration: register({
    metric: 'conversion',
    windowMs: 168 * HOUR,
    legs: [
      {
        leg: 'mastodon',
        channel: 'mastodon',
        design: 'after_the_click',
        weights: ['seat', 'demo'].map((call) => ({ call, weight: 1 })),
      },
    ],
  }),
};

function visits(call: string, visitors: number, converting: number): object[] {
  return Array.from({ length: visitors }, (_, place) => {
    const who = { leg: 'mastodon', call, visitor: `${call}-${place}` };
    const at = T + place * 60_000;
    const converts = place < converting ? [conversion({ ...who, at: at + 60_000 })] : [];
    return [click({ ...who, at }), ...converts];
  }).flat();
}

interface State extends Given {
  readonly name: string;
  readonly leg: string;
  readonly want: object;
  /** What a reader is told. */
  readonly says: RegExp;
}

const states: readonly State[] = [
  {
    name: 'not_comparable / missing_exposure',
    events: [click({ ordinal: 1 })],
    hours: 2,
    leg: 'email',
    want: { status: 'not_comparable', reason: 'missing_exposure', winner: null },
    says: /^Not comparable: nobody knows yet how many people could see it/,
  },
  {
    name: 'not_comparable / not_randomized',
    hours: 2,
    leg: 'mastodon',
    want: { status: 'not_comparable', reason: 'not_randomized', winner: null },
    says: /^Not comparable: one post with one call/,
  },
  {
    name: 'not_comparable / not_randomized, one post for each call',
    plan: { legs: [postLeg, { ...postLeg, name: 'again', call: 'demo' }] },
    events: [click({ leg: 'again', call: 'demo', visitor: 'v' })],
    hours: 2,
    leg: 'mastodon',
    want: { status: 'not_comparable', reason: 'not_randomized', winner: null },
    says: /^Not comparable: one post each/,
  },
  {
    name: 'not_comparable / too_few_arms',
    plan: { legs: [{ ...emailLeg, allocation: [{ call: 'seat', weight: 1 }] }] },
    email: { seat: [300, 30, 0] },
    hours: 2,
    leg: 'email',
    want: { status: 'not_comparable', reason: 'too_few_arms', winner: null },
    says: /^Not comparable: everybody got the same call/,
  },
  {
    name: 'not_comparable / too_few_posts',
    plan: series(3),
    events: postClicks(3, (call) => (call === 'seat' ? 20 : 10)),
    hours: 50,
    leg: 'posts',
    want: { status: 'not_comparable', reason: 'too_few_posts', winner: null },
    says: /^Not comparable: 6 posts are too few/,
  },
  {
    name: 'invalid / srm',
    email: { seat: [700, 70, 0], demo: [200, 20, 0] },
    hours: 2,
    leg: 'email',
    want: { status: 'invalid', reason: 'srm', winner: null },
    says: /^No answer: the calls did not reach as many people each as was drawn/,
  },
  {
    name: 'no_clear_winner / too_few_conversions',
    email: { seat: [300, 9, 0], demo: [300, 2, 0] },
    hours: 2,
    leg: 'email',
    want: { status: 'no_clear_winner', reason: 'too_few_conversions', winner: null },
    says: /^No clear winner: too few answers so far; the next answer is due Fri 5 Mar, 20:00/,
  },
  {
    name: 'no_clear_winner / tie',
    email: { seat: [300, 30, 0], demo: [300, 30, 0] },
    hours: 48,
    leg: 'email',
    want: { status: 'no_clear_winner', reason: 'tie', winner: null },
    says: /^No clear winner: the best calls are level\./,
  },
  {
    name: 'no_clear_winner / sensitive_to_bot_filter',
    email: { seat: [400, 120, 0], demo: [400, 40, 200] },
    hours: 30,
    leg: 'email',
    want: { status: 'no_clear_winner', reason: 'sensitive_to_bot_filter', winner: null },
    says: /^No clear winner: it would hang on which clicks count as robots/,
  },
  {
    name: 'leading / immature',
    email: { seat: [400, 120, 0], demo: [400, 40, 0] },
    hours: 3,
    leg: 'email',
    want: { status: 'leading', reason: 'immature', winner: null, leader: 'seat' },
    says: /^Ahead so far: “Reserve a seat”; the answer is due Fri 5 Mar, 20:00/,
  },
  {
    name: 'winner / live',
    email: { seat: [400, 120, 0], demo: [400, 40, 0] },
    hours: 30,
    leg: 'email',
    want: { status: 'winner', reason: 'live', winner: 'seat', supported: true },
    says: /^“Reserve a seat” worked best/,
  },
  {
    name: 'winner / final',
    email: { seat: [400, 64, 0], demo: [400, 40, 0] },
    hours: 48,
    leg: 'email',
    want: { status: 'winner', reason: 'final', winner: 'seat', supported: true },
    says: /^“Reserve a seat” worked best/,
  },
  {
    name: 'no_clear_winner / insufficient_evidence',
    email: { seat: [400, 50, 0], demo: [400, 44, 0] },
    hours: 48,
    leg: 'email',
    want: { status: 'no_clear_winner', reason: 'insufficient_evidence', winner: null },
    says: /^No clear winner: with these numbers a lift below [\d.]+ % could not have been seen/,
  },
  {
    name: 'winner / final over posts that chance drew',
    plan: series(5),
    events: postClicks(5, (call, slot) => (call === 'seat' ? 30 + slot : 8 + slot)),
    hours: 48,
    leg: 'posts',
    want: { status: 'winner', reason: 'final', winner: 'seat' },
    says: /^“Reserve a seat” worked best/,
  },
  {
    name: 'winner / live after the click',
    plan: afterTheClick,
    events: [...visits('seat', 200, 70), ...visits('demo', 200, 30)],
    hours: 168,
    leg: 'mastodon',
    want: { status: 'winner', reason: 'live', winner: 'seat' },
    says: /^“Reserve a seat” worked best/,
  },
];

test.each(states)('$name', async ({ leg, want, says, ...given }) => {
  const { results, exported, text } = await asked(given);
  const own = results.legs.find((one: { leg: string }) => one.leg === leg);
  expect(own.verdict).toMatchObject(want);
  expect(own.verdict.words.headline).toMatch(says);
  expect(own.verdict.words.next).toMatch(/^Next/);
  expect(text).not.toMatch(/NaN|undefined/);
  // Alone, on another machine, the export gives the same bytes.
  expect(JSON.stringify(reportOf(exported.basis))).toBe(JSON.stringify(exported.report));
});

test('facts merged in any order and any number of times give the same export', async () => {
  const given = { email: { seat: [300, 60, 9], demo: [300, 30, 9] }, hours: 20 } as const;
  const shuffled = (all: object[]) =>
    all
      .map((event, place) => ({ event, rank: (place * 7_919) % 10_007 }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ event }) => event);
  const once = await asked(given);
  const again = await asked(given, (all) => [...shuffled(all), ...all.slice(0, 200)]);
  expect(JSON.stringify(again.exported)).toBe(JSON.stringify(once.exported));
});

test('a winner stays declared; later answers may only stop supporting it', async () => {
  const one = await createFeedbackWorld({ recipients: 5_000 });
  await one.record(batchOf(emailEvents({ seat: [400, 120, 0], demo: [400, 40, 0] })));
  const { table } = one.world;
  const look = async (hours: number) => {
    await measureAt(one, T + hours * HOUR);
    return (await buildReport(table, one.world.burst, one.world.now)).legs[0]?.verdict;
  };
  expect(await look(25)).toMatchObject({ status: 'winner', winner: 'seat', supported: true });
  const more = Array.from({ length: 200 }, (_, place) =>
    click({ ordinal: 450 + place, call: 'demo', at: T + 26 * HOUR + place * 1_000 }),
  );
  await one.record(batchOf(more));
  const after = await look(30);
  expect(after).toMatchObject({ status: 'winner', winner: 'seat', supported: false });
  expect(after?.declaredAt).toBe(T + 25 * HOUR);
  expect(after?.words.headline).toMatch(
    /^No longer supported: “Reserve a seat” was named the winner/,
  );
});

test('after the final read nothing that was said changes; late answers stand apart', async () => {
  const one = await createFeedbackWorld({ recipients: 5_000 });
  await one.record(batchOf(emailEvents({ seat: [400, 64, 0], demo: [400, 40, 0] })));
  const told: string[] = [];
  const ports = { ...one.ports, answerDue: async ({ id }: { id: string }) => void told.push(id) };
  const measure = createMeasure(ports);
  for (const hours of [2, 24, 25, 48, 49]) {
    one.world.now = T + hours * HOUR;
    await measure();
  }
  // At least once each; whoever hears of it knows a repeat by its id.
  expect([...new Set(told)]).toEqual([`${BURST}/mature`, `${BURST}/final`]);
  const { table } = one.world;
  const decided = { ...one.world.burst, state: 'decided' as const };
  const before = await buildReport(table, decided, T + 49 * HOUR);
  await one.record(
    batchOf(
      Array.from({ length: 90 }, (_, place) =>
        click({ ordinal: 500 + place, call: 'demo', at: T + 60 * HOUR + place }),
      ),
    ),
  );
  const { later, ...after } = await buildReport(table, decided, T + 61 * HOUR);
  const { later: _before, ...same } = before;
  expect(after).toEqual(same);
  const demo = later?.legs[0]?.calls.find(({ call }) => call === 'demo');
  expect(demo?.lateClicks).toBeGreaterThan(40);
});
