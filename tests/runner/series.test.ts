import { expect, test } from 'vitest';
import { HOUR, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const EVERY = 3 * HOUR;

function aSeries(slots: number) {
  return Array.from({ length: slots }, (_, slot) => ({
    name: `mastodon-0${slot + 1}`,
    offsetMs: slot * EVERY,
    call: slot % 2 === 0 ? 'trial' : 'demo',
    series: { name: 'mastodon', slot, paired: false, readMs: HOUR },
  }));
}

test('every post of a series goes out in its own slot, beside the email of the burst', async () => {
  const world = new World(START);
  await world.addReaders('members', 100);
  await world.plan({ burst: 'one', at: T, posts: aSeries(5) });
  await world.run(T + 5 * EVERY);
  expect(world.posted).toEqual(
    Array.from({ length: 5 }, (_, slot) => ({
      leg: `mastodon-0${slot + 1}`,
      at: T + slot * EVERY,
    })),
  );
  expect(world.called('one')).toHaveLength(100);
  const { state, legs } = await world.load('one');
  expect(state).not.toBe('releasing');
  expect(legs.map((leg) => leg.state)).toEqual(['sent', ...Array(5).fill('published')]);
});

test('a later post is staged shortly before it goes out, and nobody holds the burst until then', async () => {
  const world = new World(START);
  await world.plan({ burst: 'one', at: T, legs: [], posts: aSeries(3) });
  await world.run(T + 10 * MINUTE);
  expect(new Set(world.prepared.map(({ leg }) => leg))).toEqual(new Set(['mastodon-01']));
  world.table.meter.reset();
  await world.run(T + 2 * HOUR);
  expect(world.table.meter.writeUnits).toBe(0);
  await world.run(T + EVERY + MINUTE);
  const staged = world.prepared.filter(({ leg }) => leg === 'mastodon-02');
  expect(staged.length).toBeGreaterThan(0);
  for (const { at } of staged) expect(at).toBeGreaterThan(T + EVERY - HOUR);
});

test('a series that is stopped between two posts posts no more until it is resumed', async () => {
  const world = new World(START);
  await world.plan({ burst: 'one', at: T, legs: [], posts: aSeries(3) });
  await world.run(T + HOUR);
  await world.order('one', { kind: 'stop', now: world.now(), reason: 'enough' });
  await world.run(T + EVERY + 10 * MINUTE);
  expect(world.posted).toHaveLength(1);
  await world.order('one', { kind: 'resume', now: world.now() });
  await world.run(T + 3 * EVERY);
  // The person who resumed it was asked: what was due leaves at once, the rest in its slots.
  expect(world.posted.map(({ leg }) => leg)).toEqual(['mastodon-01', 'mastodon-02', 'mastodon-03']);
  expect(world.posted[1]?.at).toBeGreaterThan(T + EVERY + 10 * MINUTE - 1);
  expect(world.posted[2]?.at).toBe(T + 2 * EVERY);
});
