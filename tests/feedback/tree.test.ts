import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sumTallies } from '#domain/tally.ts';
import { createRecord } from '#feedback/record.ts';
import { recount } from '#feedback/recount.ts';
import { loadNode } from '#store/facts.ts';
import { loadTallies } from '#store/tallies.ts';
import { anyEvent } from './any-event.ts';
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

async function stored({ world }: One) {
  const roots = (await loadTallies(world.table, BURST)).counted?.roots ?? {};
  return sumTallies([roots.o?.tally ?? {}, roots.v?.tally ?? {}]);
}

test('what is stored equals a recount from the raw events, whatever came in whatever batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyEvent, { maxLength: 12 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 100_000 }),
      async (batches, recipients) => {
        const one = await createFeedbackWorld({ recipients });
        for (const batch of [...batches, ...batches.toReversed()]) {
          const spread = batch.map((event, place) =>
            event.kind === 'email'
              ? sesLike({ ...event, ordinal: event.ordinal % recipients })
              : { ...event, ordinal: (place * 300) % recipients },
          );
          expect(await one.record(batchOf(spread))).toEqual([]);
        }
        expect(await recount(one.world.table, one.world.burst, one.world.now)).toEqual(
          await stored(one),
        );
      },
    ),
    { numRuns: 40 },
  );
});

function sesLike(event: {
  what: string;
  ordinal: number;
  call: string;
  at: number;
  attempt: number;
}) {
  const types: Record<string, string> = {
    send: 'Send',
    delivery: 'Delivery',
    bounce: 'Bounce',
    complaint: 'Complaint',
    open: 'Open',
    reject: 'Reject',
  };
  const { ordinal, call, at, attempt } = event;
  return sesEvent({ eventType: types[event.what] ?? 'Send', ordinal, call, at, attempt });
}

test('a conversion that is reported again in other words is kept in both', async () => {
  const one = await createFeedbackWorld();
  const later = conversion({ id: 'order-1', ordinal: 4, at: T + 2 * HOUR, value: 7 });
  await one.record(batchOf([later]));
  await one.record(batchOf([{ ...later, at: T + HOUR, value: 5 }]));
  const tally = await stored(one);
  expect(tally).toEqual(await recount(one.world.table, one.world.burst, one.world.now));
  expect(tally['email/seat']).toContain(5);
});

test("visitors' leaves split as they fill, and nobody is lost or counted twice", async () => {
  const one = await createFeedbackWorld();
  const visits = Array.from({ length: 3_000 }, (_, place) =>
    click({ leg: 'mastodon', visitor: `visitor-${place}`, at: T + place }),
  );
  for (let start = 0; start < visits.length; start += 250) {
    await one.record(batchOf(visits.slice(start, start + 250)));
  }
  await one.record(batchOf(visits));
  const tally = await stored(one);
  expect(tally).toEqual(await recount(one.world.table, one.world.burst, one.world.now));
  expect(tally['mastodon/seat']).toContain(3_000);
  expect((await loadNode(one.world.table, BURST, 'v', ''))?.kind).toBe('branch');
  expect((await loadNode(one.world.table, BURST, 'v', '0'))?.kind).toBe('branch');
});

test('one large batch of new visitors splits its way down at once', async () => {
  const one = await createFeedbackWorld();
  const visits = Array.from({ length: 2_000 }, (_, place) =>
    click({ leg: 'mastodon', visitor: `visitor-${place}` }),
  );
  await one.record(batchOf(visits));
  expect((await stored(one))['mastodon/seat']).toContain(2_000);
});

test('a batch in one corner of a large list writes its leaves and one path to the root', async () => {
  const one = await createFeedbackWorld({ recipients: 10_000_000 });
  const { meter } = one.world.table;
  const deliveries = Array.from({ length: 500 }, (_, place) =>
    sesEvent({ eventType: 'Delivery', ordinal: 5_000_192 + place, at: T + place }),
  );
  await one.record(batchOf(deliveries));
  // Two leaves, four branches up to the root, raw events, the tally and, once, the frame.
  expect(meter.of('facts').writeUnits).toBeLessThanOrEqual(8);
  expect(meter.of('tally').writeUnits).toBeLessThanOrEqual(3);
});

test('rules in force when a click came do not bind a recount', async () => {
  const one = await createFeedbackWorld();
  await one.record(batchOf([click({ ordinal: 1, at: T + HOUR })]));
  expect((await recount(one.world.table, one.world.burst, one.world.now))['email/seat']).toEqual(
    (await stored(one))['email/seat'],
  );
});

test('a worker that split a leaf and died before it said so leaves a tree that goes on', async () => {
  let isDying = false;
  const one = await createFeedbackWorld({
    through: (table) => ({
      get: (key, options) => table.get(key, options),
      query: (query) => table.query(query),
      update: (key, change, condition) => table.update(key, change, condition),
      delete: (key, condition) => table.delete(key, condition),
      put: async (item, condition) => {
        if (isDying && item.kind === 'branch') throw new Error('killed');
        return table.put(item, condition);
      },
    }),
  });
  const visitsOf = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, place) =>
      click({ leg: 'mastodon', visitor: `visitor-${from + place}` }),
    );
  await one.record(batchOf(visitsOf(0, 30)));
  isDying = true;
  const second = batchOf(visitsOf(30, 60));
  expect(await one.record(second)).toHaveLength(30);
  expect((await loadNode(one.world.table, BURST, 'v', ''))?.kind).toBe('leaf');
  isDying = false;
  const other = createRecord(one.ports);
  await other(batchOf(visitsOf(0, 5)));
  expect((await stored(one))['mastodon/seat']).toContain(30);
  await other(second);
  expect((await stored(one))['mastodon/seat']).toContain(60);
});
