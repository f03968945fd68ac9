// SES itself refuses what still comes after a stop, and takes it again before anything leaves.

import { expect, test } from 'vitest';
import { fates, RunnerWorld } from './runner-world.ts';

const MINUTE = 60_000;
const dead = { recipients: 6_000, perSecond: 100, fateOf: fates(0.3) };

test('a breaker switches the configuration set off, and nobody but a person switches it on', async () => {
  const world = await RunnerWorld.open(dead);
  await world.tick();
  expect((await world.header()).state).toBe('stopped');
  expect(world.switched).toEqual([false]);
  await world.clock.sleep(10 * MINUTE);
  await world.tick();
  expect(world.switched).toEqual([false]);
});

test('a resumed burst has its set switched on before its first call, whoever is first', async () => {
  const world = await RunnerWorld.open(dead);
  await world.tick();
  const before = world.accepted.length;
  // The runner is faster than the command that resumed, or that one died after its write.
  await world.order({ kind: 'resume', now: Math.ceil(world.clock.now()) });
  await world.tick(0.1);
  expect(world.switched.slice(0, 2)).toEqual([false, true]);
  expect(world.accepted.length).toBeGreaterThan(before);
  expect(world.logged.filter((event) => event.startsWith('burst_failed'))).toEqual([]);
});

test('another burst through the same set is not held up by a stop that nobody resumed', async () => {
  const world = await RunnerWorld.open({ ...dead, recipients: 2_000 });
  await world.tick();
  expect(world.switched).toEqual([false]);
  await world.plan('next', Math.ceil(world.clock.now()) + 2 * MINUTE);
  const before = world.accepted.length;
  await world.tick(5, 'next');
  expect(world.switched).toEqual([false, true]);
  expect(world.accepted.length).toBeGreaterThan(before);
});

test('a burst that nobody stopped never asks SES', async () => {
  const world = await RunnerWorld.open({ recipients: 200, perSecond: 100 });
  await world.tick();
  expect((await world.header()).state).toBe('measuring');
  expect(world.switched).toEqual([]);
});

test('while another burst sends the set stays on: the header alone stops this one', async () => {
  const world = await RunnerWorld.open(dead);
  await world.plan('other', world.momentAt);
  await Promise.all([world.tick(), world.tick(14, 'other')]);
  expect((await world.header()).state).toBe('stopped');
  expect(world.switched).toEqual([]);
});
