import { expect, test } from 'vitest';
import type { Measured } from '#channels/contract.ts';
import { acceptedByCall, type CallCounts } from '#domain/accepted-by-call.ts';
import { callOf, drawBlock } from '#domain/draw.ts';
import type { Lane } from '#domain/lane.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import { delayEnds } from '#domain/tally.ts';
import type { WindowRecord } from '#domain/window-record.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createCountUnsubscribes } from '#feedback/count-unsubscribes.ts';
import { createMeasure } from '#feedback/measure.ts';
import { createMeasurePosts } from '#feedback/measure-posts.ts';
import { listAnswerDelays, saveAnswerDelays } from '#store/answer-delays.ts';
import { loadBurst } from '#store/bursts.ts';
import { pageCallRecords } from '#store/call-records.ts';
import { listComparisons, loadComparison } from '#store/comparisons.ts';
import { saveLane } from '#store/lanes.ts';
import { saveLeg } from '#store/legs.ts';
import { saveManifestHead } from '#store/manifests.ts';
import { suppressByLink } from '#store/suppress-by-link.ts';
import { loadTallies } from '#store/tallies.ts';
import { saveWindowRecord } from '#store/window-records.ts';
import {
  BURST,
  batchOf,
  click,
  conversion,
  createFeedbackWorld,
  HOUR,
  sesEvent,
  T,
} from './feedback-world.ts';

type One = Awaited<ReturnType<typeof createFeedbackWorld>>;
const allocation = [
  { call: 'seat', weight: 1 },
  { call: 'demo', weight: 1 },
];

function headOf(recipients: number, sendableTo: number): ManifestHead {
  return {
    burst: BURST,
    revision: 1,
    nonce: 'n',
    freeze: 'f1',
    contentHash: 'h',
    recipients,
    chunkRecipients: 2_000,
    frozenAt: T,
    legs: [{ leg: 'email', from: 0, sendableTo, to: recipients, allocation }],
    lanes: [{ lane: 0, leg: 'email', from: 0, to: sendableTo }],
    perSecond: 100,
    heldBack: { suppressed: recipients - sendableTo },
    digest: 'd',
  };
}

function laneOf(fields: Partial<Lane>): Lane {
  const base = {
    burst: BURST,
    lane: 0,
    leg: 'email',
    freeze: 'f1',
    revision: 1,
    nonce: 'n',
    epoch: 1,
  };
  return { ...base, from: 0, to: 0, next: 0, excepted: 0, ...fields };
}

function recordOf(outcomes: WindowRecord['outcomes'], from = 0, to = 100): WindowRecord {
  const base = { burst: BURST, lane: 0, leg: 'email', epoch: 1, attempt: 1, recordedAt: T };
  return { ...base, from, to, revision: 1, nonce: 'n', outcomes };
}

const draws = Array.from({ length: 20 }, (_, block) => [...drawBlock(BURST, block)]).flat();

function callAt(ordinal: number): string {
  return callOf(allocation, draws[ordinal] ?? 0);
}

function sum(
  counts: Iterable<{ readonly [name: string]: number } | CallCounts>,
): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of counts) {
    for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

test('every recipient has exactly one fate, and the call that was drawn', () => {
  const window = { from: 600, to: 700, epoch: 1, attempt: 1, claimedAt: T };
  const lane = laneOf({ to: 900, next: 700, window });
  const record = recordOf([
    { ordinal: 3, state: 'refused', reason: 'r' },
    { ordinal: 4, state: 'in_doubt' },
    { ordinal: 5, state: 'held_back' },
    { ordinal: 6, state: 'unproven' },
    { ordinal: 7, state: 'not_called' },
    { ordinal: 8, state: 'accepted' },
    { ordinal: 610, state: 'accepted' },
  ]);
  const [leg] = acceptedByCall(headOf(1_000, 900), [lane], [record]);
  const byCall = leg?.byCall ?? new Map();
  expect(sum([...byCall.values()])).toEqual({
    recipients: 1_000,
    accepted: 600 - 5 + 1,
    refused: 1,
    inDoubt: 1 + 99,
    unproven: 1,
    heldBack: 1 + 100,
    notCalled: 1,
    waiting: 200,
  });
  expect(byCall.get(callAt(3))?.refused).toBe(1);
  const seats = Array.from({ length: 1_000 }, (_, ordinal) => callAt(ordinal));
  expect(byCall.get('seat')?.recipients).toBe(seats.filter((call) => call === 'seat').length);
});

test('lanes of another freeze say nothing', () => {
  const lane = laneOf({ to: 100, next: 100, freeze: 'f0' });
  const [leg] = acceptedByCall(headOf(100, 100), [lane], []);
  expect(sum([...(leg?.byCall.values() ?? [])])).toMatchObject({ accepted: 0, waiting: 100 });
});

async function sentWorld(recipients = 2_000): Promise<One> {
  const one = await createFeedbackWorld({ recipients });
  const { table } = one.world;
  await saveManifestHead(table, undefined, headOf(recipients, recipients - 100), 'n');
  const lane = laneOf({ to: recipients - 100, next: recipients - 100, excepted: 1 });
  await saveLane(table, undefined, lane, 'n');
  await saveWindowRecord(table, undefined, recordOf([{ ordinal: 9, state: 'refused' }]), 'n');
  return one;
}

test('the report gives sent and answered by leg and call', async () => {
  const one = await sentWorld();
  const ordinals = Array.from({ length: 1_900 }, (_, ordinal) => ordinal);
  await one.record(
    batchOf([
      ...ordinals.map((ordinal) =>
        sesEvent({ eventType: 'Delivery', ordinal, call: callAt(ordinal) }),
      ),
      ...ordinals
        .filter((ordinal) => ordinal % 10 === 0)
        .map((ordinal) => click({ ordinal, call: callAt(ordinal), at: T + HOUR + ordinal })),
      click({ leg: 'mastodon', visitor: 'someone' }),
      conversion({ ordinal: 10, call: callAt(10), value: 700 }),
    ]),
  );
  const report = await buildReport(one.world.table, one.world.burst, one.world.now);
  const [email, mastodon] = report.legs;
  expect(email).toMatchObject({
    leg: 'email',
    channel: 'email',
    design: 'randomised',
    state: 'sent',
  });
  const calls = email?.calls ?? [];
  expect(
    sum(
      calls.map(({ recipients, accepted, refused, heldBack }) => ({
        recipients: recipients ?? 0,
        accepted: accepted ?? 0,
        refused: refused ?? 0,
        heldBack: heldBack ?? 0,
      })),
    ),
  ).toEqual({ recipients: 2_000, accepted: 1_899, refused: 1, heldBack: 100 });
  expect(calls.reduce((total, call) => total + (call.delivered ?? 0), 0)).toBe(1_900);
  expect(calls.reduce((total, call) => total + call.uniqueClicks, 0)).toBe(190);
  expect(calls.reduce((total, call) => total + call.value, 0)).toBe(700);
  expect(calls[0]?.rate?.lo).toBeLessThan(calls[0]?.rate?.of ?? 0);
  expect(email?.verdict).toMatchObject({ status: 'no_clear_winner', winner: null });
  expect(mastodon).toMatchObject({
    design: 'observational',
    calls: [
      { call: 'seat', accepted: null, delivered: null, exposed: null, uniqueClicks: 1, rate: null },
    ],
    verdict: { status: 'not_comparable', reason: 'not_randomized', winner: null },
  });
});

/** Delivered to everybody; each call is clicked by its share of those who got it. */
async function answered(shares: Record<string, number>, ageHours: number) {
  const one = await sentWorld();
  const ordinals = Array.from({ length: 1_900 }, (_, ordinal) => ordinal);
  const seen: Record<string, number> = {};
  const clicks = ordinals.flatMap((ordinal) => {
    const call = callAt(ordinal);
    seen[call] = (seen[call] ?? 0) + 1;
    const isClicked = ((seen[call] ?? 0) * 7_919) % 1_000 < (shares[call] ?? 0) * 1_000;
    return isClicked ? [click({ ordinal, call, at: T + 60_000 + ordinal })] : [];
  });
  const deliveries = ordinals.map((ordinal) =>
    sesEvent({ eventType: 'Delivery', ordinal, call: callAt(ordinal) }),
  );
  await one.record(batchOf([...deliveries, ...clicks]));
  const report = await buildReport(one.world.table, one.world.burst, T + ageHours * HOUR);
  return report.legs[0]?.verdict;
}

test.each([1, 23])(
  'strong evidence after %i h is called leading: most answers are still to come',
  async (hours) => {
    const verdict = await answered({ seat: 0.3, demo: 0.1 }, hours);
    expect(verdict).toMatchObject({
      status: 'leading',
      reason: 'immature',
      winner: null,
      leader: 'seat',
    });
    expect(verdict?.rivals[0]?.ratioLo).toBeGreaterThan(1);
    expect(verdict?.words.headline).toBe(
      'Ahead so far: “Reserve a seat”; the answer is due Fri 5 Mar, 20:00.',
    );
  },
);

test.each([25, 47])('strong evidence after %i h is a winner', async (hours) => {
  const verdict = await answered({ seat: 0.3, demo: 0.1 }, hours);
  expect(verdict).toMatchObject({ status: 'winner', reason: 'live', winner: 'seat', dueAt: null });
  expect(verdict?.words.headline).toBe('“Reserve a seat” worked best.');
});

test('equal calls have no clear winner, few answers neither', async () => {
  expect(await answered({ seat: 0.2, demo: 0.2 }, 10)).toMatchObject({ status: 'no_clear_winner' });
  expect(await answered({ seat: 0.005, demo: 0 }, 10)).toMatchObject({
    status: 'no_clear_winner',
    reason: 'too_few_conversions',
  });
});

test('without one delivery event nothing is compared', async () => {
  const one = await sentWorld();
  await one.record(batchOf([click({ ordinal: 1 }), click({ ordinal: 2, call: 'demo' })]));
  const report = await buildReport(one.world.table, one.world.burst, one.world.now);
  expect(report.legs[0]?.verdict).toMatchObject({
    status: 'not_comparable',
    reason: 'missing_exposure',
  });
});

test('exposures that are split otherwise than drawn make calls incomparable', async () => {
  const one = await sentWorld();
  const deliveries = Array.from({ length: 900 }, (_, ordinal) =>
    sesEvent({ eventType: 'Delivery', ordinal, call: ordinal < 700 ? 'seat' : 'demo' }),
  );
  await one.record(batchOf(deliveries));
  const report = await buildReport(one.world.table, one.world.burst, one.world.now);
  expect(report.legs[0]?.verdict).toMatchObject({ status: 'invalid', reason: 'srm' });
});

test('a report of a burst nobody answered yet is all zeros, and costs no write', async () => {
  const one = await createFeedbackWorld();
  const report = await buildReport(one.world.table, one.world.burst, one.world.now);
  expect(report.legs[0]?.calls[0]).toMatchObject({ humanClicks: 0, delivered: 0, exposed: null });
  expect(one.world.table.meter.writeUnits).toBe(0);
});

test('the cost of a report is the same for a thousand recipients and for ten million', async () => {
  const units = [];
  for (const recipients of [1_000, 10_000_000]) {
    const one = await createFeedbackWorld({ recipients });
    const step = Math.floor(recipients / 300);
    const events = Array.from({ length: 300 }, (_, place) => [
      sesEvent({ eventType: 'Delivery', ordinal: place * step, call: place % 2 ? 'seat' : 'demo' }),
      click({ ordinal: place * step, call: place % 2 ? 'seat' : 'demo' }),
    ]);
    await one.record(batchOf(events.flat()));
    await createMeasure(one.ports)();
    one.world.table.meter.reset();
    // Larger lists are not counted on the way.
    await buildReport(
      one.world.table,
      { ...one.world.burst, recipients: 10_000_000 },
      one.world.now,
    );
    units.push(one.world.table.meter.readUnits);
  }
  expect(units[0]).toBeLessThanOrEqual(4);
  expect((units[1] ?? 9) / (units[0] ?? 1)).toBeLessThanOrEqual(1.1);
});

test('measuring keeps what was sent, and at the end the report as it was', async () => {
  const one = await sentWorld();
  const measure = createMeasure(one.ports);
  await measure();
  const { table } = one.world;
  expect((await loadTallies(table, BURST)).sent?.byLink['email/seat']?.recipients).toBeGreaterThan(
    900,
  );
  table.meter.reset();
  await measure();
  expect(table.meter.writeUnits).toBe(0);
  expect((await loadBurst(table, BURST))?.state).toBe('measuring');
  one.world.now = T + 48 * HOUR;
  await measure();
  expect((await loadBurst(table, BURST))?.state).toBe('decided');
  const final = await loadComparison(table, BURST, 'final');
  expect(final).toMatchObject({
    name: 'final',
    savedAt: T + 48 * HOUR,
    report: { report: { burst: BURST } },
  });
  await one.record(batchOf([click({ ordinal: 1 })]));
  await measure();
  expect(await listComparisons(table, BURST)).toEqual([final]);
});

test('measuring goes on with the others when one burst cannot be read', async () => {
  const one = await sentWorld();
  const { table } = one.world;
  await table.put({ pk: 'B#broken', sk: '#', dueShard: '0', wakeAt: T });
  one.world.now = T + 48 * HOUR;
  await createMeasure(one.ports)();
  expect((await loadBurst(table, BURST))?.state).toBe('decided');
  expect(one.world.logged).toContainEqual(expect.objectContaining({ event: 'measure_failed' }));
});

test('who leaves by the link of a message counts for its call, once', async () => {
  const one = await sentWorld();
  const { table } = one.world;
  const ordinals = [3, 4, 250];
  await one.record(
    batchOf(
      ordinals.map((ordinal) =>
        sesEvent({ eventType: 'Delivery', ordinal, call: callAt(ordinal) }),
      ),
    ),
  );
  for (const ordinal of ordinals) {
    const leaving = { digest: `digest-${ordinal}`.padEnd(22, 'x'), burst: BURST, ordinal };
    await suppressByLink(
      {
        get: table.get.bind(table),
        putIfAbsent: (item) => table.put(item, { kind: 'item_absent' }),
      },
      { ...leaving, now: () => one.world.now },
    );
  }
  const count = createCountUnsubscribes(one.ports);
  one.world.now += 30_000;
  await count(one.world.burst);
  await count(one.world.burst);
  await createCountUnsubscribes(one.ports)(one.world.burst);
  const report = await buildReport(table, one.world.burst, one.world.now);
  const left = report.legs[0]?.calls.map(({ call, unsubscribed }) => [call, unsubscribed]);
  const wanted = ['seat', 'demo'].map((call) => [
    call,
    ordinals.filter((ordinal) => callAt(ordinal) === call).length,
  ]);
  expect(left).toEqual(wanted);
});

test('networks are asked what became of posts; what they do not say is no zero', async () => {
  const one = await createFeedbackWorld();
  const { table } = one.world;
  const item = { burst: BURST, leg: 'mastodon', revision: 0, nonce: 'n' };
  await saveLeg(table, undefined, { ...item, published: { postId: '77' } }, 'n');
  let answer: (() => Promise<Measured>) | undefined;
  let asked = 0;
  const measurePosts = createMeasurePosts({
    ...one.ports,
    channelOf: (channel) => ({
      measure: async (postId) => {
        expect([channel, postId]).toEqual(['mastodon', '77']);
        asked += 1;
        return answer?.() ?? Promise.reject(new Error('unanswered'));
      },
    }),
  });
  const shown = async () => {
    const report = await buildReport(table, one.world.burst, one.world.now);
    return report.legs.find(({ leg }) => leg === 'mastodon')?.native?.posts[0];
  };
  await measurePosts(one.world.burst);
  expect(await shown()).toMatchObject({ isMeasured: false, reach: {}, engagement: {} });
  answer = async () => ({ asOf: one.world.now, metrics: { favourites: 3, followers: 1_840 } });
  await measurePosts(one.world.burst);
  expect(asked).toBe(1);
  one.world.now += HOUR;
  await measurePosts(one.world.burst);
  answer = async () => ({
    asOf: one.world.now,
    metrics: { favourites: 9, impressions: 'not_provided', followers: 2_000 },
  });
  one.world.now += HOUR;
  await measurePosts(one.world.burst);
  expect(await shown()).toMatchObject({
    calls: ['seat'],
    revenue: { clicked: 0, conversions: 0, value: 0 },
    reach: { followers: 2_000, followers_at_moment: 1_840, impressions: 'not_provided' },
    engagement: { favourites: 9 },
  });
  answer = undefined;
  one.world.now += HOUR;
  await measurePosts(one.world.burst);
  expect(await shown()).toMatchObject({ engagement: { favourites: 9 } });
});

test('a list that left in waves with other splits is compared within its waves', async () => {
  const even = [
    { call: 'seat', weight: 1 },
    { call: 'demo', weight: 1 },
  ];
  const mostlySeat = [
    { call: 'seat', weight: 9 },
    { call: 'demo', weight: 1 },
  ];
  const waves = [
    { from: 0, to: 1_000, allocation: even, startAt: T },
    { from: 1_000, to: 2_000, allocation: mostlySeat, startAt: T + 20 * HOUR },
  ];
  const one = await createFeedbackWorld({ recipients: 2_000 });
  const { table } = one.world;
  const head = headOf(2_000, 2_000);
  await saveManifestHead(
    table,
    undefined,
    { ...head, legs: head.legs.map((leg) => ({ ...leg, waves })) },
    'n',
  );
  const callIn = (ordinal: number) =>
    callOf(ordinal < 1_000 ? even : mostlySeat, draws[ordinal] ?? 0);
  const seen: Record<string, number> = {};
  // In the evening of the second wave everybody answers four times as often: nobody is better.
  const events = Array.from({ length: 2_000 }, (_, ordinal) => {
    const call = callIn(ordinal);
    const cell = `${call}/${ordinal < 1_000}`;
    seen[cell] = (seen[cell] ?? 0) + 1;
    const every = ordinal < 1_000 ? 20 : 5;
    const sentAt = ordinal < 1_000 ? T : T + 20 * HOUR;
    const isClicked = seen[cell] % every === 0;
    return [
      sesEvent({ eventType: 'Delivery', ordinal, call, at: sentAt + 1_000 }),
      ...(isClicked ? [click({ ordinal, call, at: sentAt + HOUR + ordinal * 1_000 })] : []),
    ];
  }).flat();
  for (let from = 0; from < events.length; from += 500) {
    expect(await one.record(batchOf(events.slice(from, from + 500)))).toEqual([]);
  }
  const report = await buildReport(table, one.world.burst, T + 47 * HOUR);
  if ('refused' in report.comparison) throw new Error('refused');
  const [email] = report.comparison.input.channels;
  expect(email?.waves?.map(({ arms }) => arms.map(({ n }) => n))).toEqual([
    [500, 500],
    [900, 100],
  ]);
  expect(email?.waves?.map(({ ageHours }) => ageHours)).toEqual([47, 27]);
  // Added up, one call has twice the rate of the other; within the waves they are level.
  const calls = report.legs[0]?.calls ?? [];
  const [added, level] = [
    calls.map(({ uniqueClicks, exposed }) => uniqueClicks / (exposed ?? 1)),
    calls.map(({ rate }) => rate?.of ?? 0),
  ].map(([seat = 0, demo = 1]) => seat / demo);
  expect(added).toBeGreaterThan(1.7);
  expect(level).toBeCloseTo(1, 1);
  expect(report.legs[0]?.verdict).toMatchObject({ status: 'no_clear_winner', winner: null });
  expect(JSON.stringify(report)).not.toContain('invalid_waves');
});

test('the account’s own answer times decide when most answers are in', async () => {
  const verdictWith = async (answers: number) => {
    const one = await createFeedbackWorld({ recipients: 2_000 });
    const { table } = one.world;
    // Of earlier bursts: half within ten minutes, the rest within two hours, ended before this one.
    const counts = delayEnds.map((end) =>
      end === 10 * 60_000 || end === 2 * HOUR ? answers / 2 : 0,
    );
    await saveAnswerDelays(table, 'click', 'earlier', { counts, endedAt: T - HOUR });
    await saveAnswerDelays(table, 'click', 'not-ended', { counts, endedAt: T + HOUR });
    const events = Array.from({ length: 800 }, (_, ordinal) => {
      const call = ordinal % 2 === 0 ? 'seat' : 'demo';
      const isClicked = ordinal % 2 === 0 ? ordinal % 8 === 0 : ordinal % 40 === 1;
      return [
        sesEvent({ eventType: 'Delivery', ordinal, call }),
        ...(isClicked ? [click({ ordinal, call, at: T + 60_000 + ordinal })] : []),
      ];
    }).flat();
    await one.record(batchOf(events.slice(0, 500)));
    await one.record(batchOf(events.slice(500)));
    one.world.now = T + 3 * HOUR;
    await createMeasure(one.ports)();
    const report = await buildReport(table, one.world.burst, one.world.now);
    if ('refused' in report.comparison) throw new Error('refused');
    const [email] = report.comparison.channels.filter(({ channel }) => channel === 'email');
    if (!email || 'refused' in email) throw new Error('refused');
    return { ...email.maturity, status: report.legs[0]?.verdict.status };
  };
  expect(await verdictWith(400)).toEqual({ maturity: 1, basis: 'curve', status: 'winner' });
  // Fewer than 200 answers prove no curve: the registered wait holds.
  expect(await verdictWith(198)).toEqual({ maturity: 0, basis: 'wait', status: 'leading' });
});

test('the final read leaves a record of each call and of how long answers took', async () => {
  const one = await sentWorld();
  await one.record(
    batchOf([
      sesEvent({ eventType: 'Delivery', ordinal: 1, call: 'seat' }),
      click({ ordinal: 1, call: 'seat', at: T + 5 * 60_000 }),
    ]),
  );
  one.world.now = T + 48 * HOUR;
  await createMeasure(one.ports)();
  const { table } = one.world;
  const { records } = await pageCallRecords(table, 'polls', { limit: 100 });
  expect(records.map(({ call, leg, answers, outcome }) => [call, leg, answers, outcome])).toEqual([
    ['demo', 'email', 0, 'too_few_arms'],
    ['seat', 'email', 1, 'too_few_arms'],
    ['seat', 'mastodon', 0, 'not_randomized'],
  ]);
  const [delays] = await listAnswerDelays(table, 'click', T + 48 * HOUR);
  expect(delays?.counts[delayEnds.indexOf(5 * 60_000)]).toBe(1);
});
