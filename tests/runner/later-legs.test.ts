import { expect, test } from 'vitest';
import { listLanes } from '#store/lanes.ts';
import { HOUR, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

test.each([
  { name: 'beyond the time of one runner', offsetMs: 20 * MINUTE },
  { name: 'much later', offsetMs: 5 * HOUR },
])('a leg that starts $name is called then, and nobody of it is in doubt', async ({ offsetMs }) => {
  const world = new World(START);
  await world.addReaders('members', 100);
  await world.addReaders('others', 200);
  const legs = [{ name: 'first' }, { name: 'later', audience: 'others', offsetMs }];
  await world.plan({ burst: 'one', at: T, legs });
  await world.run(T + offsetMs + 10 * MINUTE);
  const later = world.calls.filter((call) => call.leg === 'later');
  expect(Math.min(...later.map((call) => call.at))).toBe(T + offsetMs);
  expect(world.called('one')).toHaveLength(200);
  expect(await world.outcomes('one')).toEqual([]);
  expect((await world.load('one')).legs.map((leg) => leg.state)).toEqual(['sent', 'sent']);
});

test('until a later leg starts, the burst is left alone', async () => {
  const world = new World(START);
  await world.addReaders('members', 100);
  await world.addReaders('others', 200);
  const legs = [{ name: 'first' }, { name: 'later', audience: 'others', offsetMs: 5 * HOUR }];
  await world.plan({ burst: 'one', at: T, legs });
  await world.run(T + 20 * MINUTE);
  world.table.meter.reset();
  await world.run(T + 4 * HOUR);
  expect(world.table.meter.writeUnits).toBe(0);
});

test('lanes of a leg that was dropped are out of reach for a runner that slept in its commit', async () => {
  const world = new World(START);
  await world.addReaders('members', 100);
  await world.addReaders('others', 200);
  const legs = [{ name: 'first' }, { name: 'other', audience: 'others' }];
  await world.plan({ burst: 'one', at: T, legs });
  await world.run(T - 2 * MINUTE);
  const { epoch: asleep } = await world.load('one');
  const dropped = { name: 'other', state: 'dropped', reason: 'token_expired' } as const;
  await world.order('one', { kind: 'leg', epoch: asleep, ...dropped });
  await world.run(T + 10 * MINUTE);
  const { lanes: ranges } = await world.head('one');
  const lanes = await listLanes(world.table, 'one', ranges.length);
  expect(lanes.map(({ leg }) => leg)).toEqual(ranges.map(({ leg }) => leg));
  expect(lanes.every(({ epoch }) => epoch > asleep)).toBe(true);
});
