import { expect, test } from 'vitest';
import { Fault } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createRecord } from '#feedback/record.ts';
import { readChanges } from '#store/change-log.ts';
import { findSuppression } from '#store/suppressions.ts';
import {
  BURST,
  batchOf,
  CHROME,
  click,
  conversion,
  createFeedbackWorld,
  HOUR,
  inSns,
  sesEvent,
  T,
} from './feedback-world.ts';

type World = Awaited<ReturnType<typeof createFeedbackWorld>>;

async function callsOf({ world }: World, leg = 'email') {
  const report = await buildReport(world.table, world.burst, world.now);
  const calls = report.legs.find((one) => one.leg === leg)?.calls ?? [];
  return Object.fromEntries(calls.map((call) => [call.call, call]));
}

test('what comes back is counted by call before it is acknowledged', async () => {
  const one = await createFeedbackWorld();
  const failed = await one.record(
    batchOf([
      sesEvent({ eventType: 'Send' }),
      sesEvent({ eventType: 'Delivery' }),
      sesEvent({ eventType: 'Open' }),
      click({ ordinal: 17 }),
      conversion({ ordinal: 17, value: 2_500 }),
      sesEvent({ eventType: 'Delivery', ordinal: 18, call: 'demo' }),
      sesEvent({ eventType: 'DeliveryDelay', ordinal: 19, call: 'demo' }),
    ]),
  );
  expect(failed).toEqual([]);
  const calls = await callsOf(one);
  expect(calls.seat).toMatchObject({
    delivered: 1,
    opened: 1,
    exposed: 1,
    humanClicks: 1,
    machineClicks: 0,
    uniqueClicks: 1,
    converting: 1,
    conversions: 1,
    value: 2_500,
  });
  expect(calls.demo).toMatchObject({ delivered: 1, humanClicks: 0, conversions: 0 });
});

test('a batch given again, whole or in other batches, changes and writes nothing', async () => {
  const one = await createFeedbackWorld();
  const events = [
    ...Array.from({ length: 300 }, (_, ordinal) => sesEvent({ eventType: 'Send', ordinal })),
    ...Array.from({ length: 300 }, (_, ordinal) => sesEvent({ eventType: 'Delivery', ordinal })),
    ...Array.from({ length: 40 }, (_, ordinal) => click({ ordinal, at: T + 60_000 + ordinal })),
    ...Array.from({ length: 90 }, (_, place) =>
      click({ leg: 'mastodon', visitor: `visitor-${place}`, at: T + place }),
    ),
    conversion({ ordinal: 3, value: 5 }),
    sesEvent({ eventType: 'Bounce', ordinal: 301, detail: { bounceType: 'Permanent' } }),
  ];
  const batch = batchOf(events);
  await one.record(batch);
  const before = await buildReport(one.world.table, one.world.burst, one.world.now);
  one.world.table.meter.reset();
  // A fresh process: nothing of the first is remembered.
  const again = createRecord(one.ports);
  await again(batch);
  await again(batch.filter((_, place) => place % 3 === 0).toReversed());
  expect(one.world.table.meter.writeUnits).toBe(0);
  expect(await buildReport(one.world.table, one.world.burst, one.world.now)).toEqual(before);
});

test('any order of the same events gives the same report', async () => {
  const events = [
    sesEvent({ eventType: 'Complaint' }),
    click({ ordinal: 17, at: T + 1_500 }),
    click({ ordinal: 17, at: T + 1_400, bait: true }),
    click({ ordinal: 17, at: T + HOUR }),
    conversion({ ordinal: 17, at: T + 2 * HOUR }),
    sesEvent({ eventType: 'Delivery' }),
    sesEvent({ eventType: 'Send' }),
  ];
  const reports = [];
  for (const order of [events, events.toReversed()]) {
    const one = await createFeedbackWorld();
    for (const event of order) await one.record(batchOf([event]));
    reports.push(await buildReport(one.world.table, one.world.burst, one.world.now));
  }
  expect(reports[0]).toEqual(reports[1]);
  expect(reports[0]?.legs[0]?.calls[0]).toMatchObject({
    humanClicks: 1,
    machineClicks: 2,
    uniqueClicks: 1,
    complained: 1,
    converting: 1,
  });
});

test('robots are kept and shown, and count for nothing', async () => {
  const one = await createFeedbackWorld();
  await one.record(
    batchOf([
      sesEvent({ eventType: 'Delivery' }),
      click({ ordinal: 17, method: 'HEAD' }),
      click({ ordinal: 18, agent: 'Mastodon/4.4.2 (http.rb/5.2.0)' }),
      click({ ordinal: 19, bait: true }),
    ]),
  );
  expect((await callsOf(one)).seat).toMatchObject({
    humanClicks: 0,
    machineClicks: 3,
    uniqueClicks: 0,
    uniqueClicksAll: 3,
  });
});

test('visitors of a post are told apart, and each counts once', async () => {
  const one = await createFeedbackWorld();
  const visits = Array.from({ length: 500 }, (_, place) =>
    click({ leg: 'mastodon', visitor: `visitor-${place % 250}`, at: T + place * 7 }),
  );
  await one.record(batchOf(visits));
  const calls = await callsOf(one, 'mastodon');
  expect(calls.seat).toMatchObject({ humanClicks: 500, uniqueClicks: 250, exposed: null });
});

test('two links of one visitor are judged together though the batches differ', async () => {
  const one = await createFeedbackWorld();
  const visitor = 'one-and-the-same';
  await one.record(batchOf([click({ leg: 'mastodon', visitor, at: T + 1_000 })]));
  await one.record(batchOf([click({ leg: 'mastodon', visitor, at: T + 1_000, bait: true })]));
  expect((await callsOf(one, 'mastodon')).seat).toMatchObject({ humanClicks: 0 });
});

test('answers after the counting window are late, not lost', async () => {
  const one = await createFeedbackWorld();
  await one.record(
    batchOf([
      sesEvent({ eventType: 'Delivery' }),
      click({ ordinal: 17, at: T + 49 * HOUR }),
      conversion({ ordinal: 17, at: T + 50 * HOUR }),
    ]),
  );
  expect((await callsOf(one)).seat).toMatchObject({
    uniqueClicks: 0,
    lateClicks: 1,
    converting: 0,
    lateConversions: 1,
    conversions: 1,
  });
});

test('a conversion after the attribution window counts for nothing', async () => {
  const one = await createFeedbackWorld();
  await one.record(
    batchOf([click({ ordinal: 17 }), conversion({ ordinal: 17, at: T + 100 * HOUR })]),
  );
  expect((await callsOf(one)).seat).toMatchObject({ conversions: 0, lateConversions: 0 });
});

test('a permanent bounce and a complaint suppress, a transient bounce does not', async () => {
  const one = await createFeedbackWorld();
  await one.record(
    batchOf([
      sesEvent({ eventType: 'Bounce', ordinal: 1, detail: { bounceType: 'Permanent' } }),
      sesEvent({ eventType: 'Bounce', ordinal: 2, detail: { bounceType: 'Transient' } }),
      sesEvent({ eventType: 'Complaint', ordinal: 3 }),
    ]),
  );
  const { table } = one.world;
  const orderOn = (ordinal: number) =>
    findSuppression(table, addressDigest(`reader-${ordinal}@example.org`, 'a-suppression-key'));
  expect(await orderOn(1)).toMatchObject({ reason: 'bounced', burst: BURST });
  expect(await orderOn(2)).toBeUndefined();
  expect(await orderOn(3)).toMatchObject({ reason: 'complained' });
  // The change log goes by the writer's clock, so that a running burst finds it.
  const changes = await readChanges(table, one.world.now - 1_000, one.world.now + 1_000);
  expect(changes.map((change) => change.reason).sort()).toEqual(['bounced', 'complained']);
  expect(JSON.stringify(await everything(table))).not.toContain('reader-');
});

test('while the suppression key cannot be read nothing is acknowledged', async () => {
  const one = await createFeedbackWorld();
  one.world.secret = undefined;
  const batch = batchOf([sesEvent({ eventType: 'Complaint' })]);
  expect(await one.record(batch)).toEqual([batch[0]?.messageId]);
  one.world.secret = 'a-suppression-key';
  expect(await one.record(batch)).toEqual([]);
  expect((await callsOf(one)).seat).toMatchObject({ complained: 1 });
});

test('a poison message fails alone, with its reason', async () => {
  const one = await createFeedbackWorld();
  const good = batchOf(Array.from({ length: 9 }, (_, ordinal) => click({ ordinal })));
  const poison = { messageId: 'poison', body: '{"kind":"click"' };
  expect(await one.record([...good.slice(0, 4), poison, ...good.slice(4)])).toEqual(['poison']);
  expect((await callsOf(one)).seat).toMatchObject({ humanClicks: 9 });
  expect(one.world.logged).toContainEqual({
    level: 'error',
    event: 'message_poison',
    messageId: 'poison',
    reason: 'no JSON object',
  });
});

test.each([
  { name: 'a list', body: '[]' },
  { name: 'nothing known', body: '{}' },
  { name: 'a version of its own', body: '{"v":99}' },
  {
    name: 'a message of SNS that is nested too deeply',
    body: inSns({
      ...sesEvent({ eventType: 'Open' }),
      more: JSON.parse('['.repeat(64) + ']'.repeat(64)),
    }),
  },
  {
    name: 'a click larger than any',
    body: JSON.stringify({ ...click(), agent: 'x'.repeat(262_144) }),
  },
  { name: 'a click without a burst', body: '{"kind":"click","id":"x","at":1}' },
  { name: 'a burst that smuggles a key', body: JSON.stringify(click({ burst: '1#T#B' })) },
  {
    name: 'an email event that did not come from SES',
    body: '{"kind":"email","what":"complaint"}',
  },
  { name: 'an SES type of tomorrow', body: inSns(sesEvent({ eventType: 'Telepathy' })) },
  {
    name: 'an SES event at no time',
    body: inSns({
      ...sesEvent({ eventType: 'Send' }),
      mail: { tags: { burst: ['a'], leg: ['b'], call: ['c'], ordinal: ['1'] } },
    }),
  },
])('$name is poison', async ({ body }) => {
  const one = await createFeedbackWorld();
  expect(await one.record([{ messageId: 'm', body }])).toEqual(['m']);
  expect(one.world.table.meter.writeUnits).toBe(0);
});

test.each([
  { name: 'an event without tags', event: sesEvent({ eventType: 'Send', tags: {} }) },
  {
    name: "another system's tags",
    event: sesEvent({ eventType: 'Send', tags: { campaign: ['x'] } }),
  },
  {
    name: 'a tag that was set twice',
    event: sesEvent({ eventType: 'Complaint', tags: { burst: ['a', 'b'] } }),
  },
  { name: 'a click of SES', event: sesEvent({ eventType: 'Click' }) },
  {
    name: 'a burst that is not here',
    event: sesEvent({ eventType: 'Complaint', burst: 'staging' }),
  },
])('$name is ignored, counted and suppresses nobody', async ({ event }) => {
  const one = await createFeedbackWorld();
  expect(await one.record(batchOf([event]))).toEqual([]);
  expect(one.world.table.meter.writeUnits).toBe(0);
  expect(one.world.logged).toContainEqual(expect.objectContaining({ event: 'feedback_ignored' }));
});

test("SNS's greeting is no event", async () => {
  const one = await createFeedbackWorld();
  const Message = 'Successfully validated SNS topic for Amazon SES event publishing.';
  const body = JSON.stringify({ Type: 'Notification', Message });
  expect(await one.record([{ messageId: 'm', body }])).toEqual([]);
});

test('tags that reach for prototypes change nothing', async () => {
  const one = await createFeedbackWorld();
  const tags = '{"__proto__":{"admin":["1"]},"constructor":["x"]}';
  const body = `{"eventType":"Send","mail":{"timestamp":"2027-03-04T20:00:00Z","tags":${tags}}}`;
  expect(await one.record([{ messageId: 'm', body }])).toEqual([]);
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});

test('what comes back before the release is a preview', async () => {
  const one = await createFeedbackWorld({
    burst: { state: 'scheduled', committedEpoch: undefined },
  });
  expect(await one.record(batchOf([click({ ordinal: 1 })]))).toEqual([]);
  expect(one.world.table.meter.writeUnits).toBe(0);
});

test('markup in a bounce never reaches the table', async () => {
  const one = await createFeedbackWorld();
  const diagnosticCode = 'smtp; 550 <img src=x onerror=alert(1)>';
  const detail = { bounceType: 'Permanent', bouncedRecipients: [{ diagnosticCode }] };
  await one.record(batchOf([sesEvent({ eventType: 'Bounce', detail })]));
  expect(JSON.stringify(await everything(one.world.table))).not.toContain('onerror');
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a table that stops answering at write %i leaves nothing that the next try does not complete',
  async (failing) => {
    let writes = 0;
    const one = await createFeedbackWorld({
      through: (table): Table => ({
        get: (key, options) => table.get(key, options),
        query: (query) => table.query(query),
        update: (key, change, condition) => table.update(key, change, condition),
        delete: (key, condition) => table.delete(key, condition),
        put: async (item, condition) => {
          writes += 1;
          if (writes === failing) throw new Fault('store_throttled', 'no', { retryable: true });
          return table.put(item, condition);
        },
      }),
    });
    const events = [
      ...Array.from({ length: 20 }, (_, ordinal) =>
        sesEvent({ eventType: 'Delivery', ordinal: ordinal * 300 }),
      ),
      ...Array.from({ length: 60 }, (_, place) =>
        click({ leg: 'mastodon', visitor: `v-${place}` }),
      ),
    ];
    const batch = batchOf(events);
    for (let round = 0; round < 3; round += 1) {
      if ((await one.record(batch)).length === 0) break;
    }
    expect((await callsOf(one)).seat).toMatchObject({ delivered: 20 });
    expect((await callsOf(one, 'mastodon')).seat).toMatchObject({ uniqueClicks: 60 });
  },
);

test('functions that record the same and different events at once lose nothing', async () => {
  const one = await createFeedbackWorld();
  const events = Array.from({ length: 400 }, (_, place) =>
    place % 2 === 0
      ? click({ ordinal: place * 13, agent: CHROME })
      : click({ leg: 'mastodon', visitor: `visitor-${place}` }),
  );
  const batch = batchOf(events);
  const workers = Array.from({ length: 6 }, () => createRecord(one.ports));
  const failed = await Promise.all(
    workers.map((work, turn) => work(batch.filter((_, place) => (place + turn) % 3 !== 0))),
  );
  expect(failed.flat()).toEqual([]);
  expect((await callsOf(one)).seat).toMatchObject({ humanClicks: 200 });
  expect((await callsOf(one, 'mastodon')).seat).toMatchObject({ uniqueClicks: 200 });
});

async function everything(table: World['world']['table']) {
  const digest = addressDigest('reader-17@example.org', 'a-suppression-key');
  const found = [await findSuppression(table, digest)];
  const partitions = [`B#${BURST}`, `B#${BURST}#F#o`, `B#${BURST}#F#v`];
  for (const pk of partitions) found.push(...((await table.query({ pk })).items as never[]));
  return found;
}
