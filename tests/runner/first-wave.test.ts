import { expect, test } from 'vitest';
import { loadAudienceHistory } from '#store/audience-history.ts';
import { fates, RunnerWorld } from './runner-world.ts';

const MINUTE = 60_000;

test('a dead list never mailed before is stopped before 0.5 % of it has gone out', async () => {
  const world = await RunnerWorld.open({
    recipients: 100_000,
    perSecond: 1_000,
    leg: { firstWave: 'auto' },
    fateOf: fates(0.3),
  });
  await world.tick();
  expect(await world.header()).toMatchObject({ state: 'stopped', reason: 'breaker_bounces' });
  expect(world.accepted.length).toBeLessThan(500);
  // It was no success of this list: the next burst has a first wave, too.
  expect(await loadAudienceHistory(world.table, 'list')).toBeUndefined();
}, 60_000);

test('without the first wave the same list loses more before anybody can know', async () => {
  const world = await RunnerWorld.open({
    recipients: 100_000,
    perSecond: 1_000,
    leg: { firstWave: 'off', firstWaveReason: 'to show what it is good for' },
    fateOf: fates(0.3),
  });
  await world.tick();
  expect(await world.header()).toMatchObject({ state: 'stopped', reason: 'breaker_bounces' });
  expect(world.accepted.length).toBeGreaterThan(500);
  expect(world.accepted.length).toBeLessThan(5_000);
}, 60_000);

test('a good list goes on as soon as nearly all of the wave was heard of, nobody twice', async () => {
  const world = await RunnerWorld.open({
    recipients: 5_000,
    perSecond: 500,
    leg: { firstWave: 'auto' },
    fateOf: fates(0.01),
  });
  await world.tick();
  const times = world.accepted.map(({ at }) => at - world.momentAt);
  expect(new Set(world.accepted.map(({ ordinal }) => ordinal)).size).toBe(5_000);
  expect(times).toHaveLength(5_000);
  expect(times.filter((at) => at < 3_000)).toHaveLength(200);
  expect(times[200]).toBeLessThan(15_000);
  expect((await world.header()).state).toBe('measuring');
  expect(await loadAudienceHistory(world.table, 'list')).toMatchObject({ sent: 5_000 });
});

test('a list that was mailed before has no first wave', async () => {
  const world = await RunnerWorld.open({
    recipients: 2_000,
    perSecond: 500,
    leg: { firstWave: 'auto' },
    fateOf: fates(0),
  });
  await world.tick();
  const momentAt = Math.ceil(world.clock.now()) + MINUTE;
  await world.plan('second', momentAt);
  await world.tick(14, 'second');
  const times = world.accepted.slice(2_000).map(({ at }) => at - momentAt);
  expect(times).toHaveLength(2_000);
  expect(Math.max(...times)).toBeLessThan(5_000);
});

test('a short list has none unless it is asked for', async () => {
  const short = { recipients: 900, perSecond: 500, fateOf: fates(0) };
  const auto = await RunnerWorld.open({ ...short, leg: { firstWave: 'auto' } });
  await auto.tick();
  expect(Math.max(...auto.accepted.map(({ at }) => at - auto.momentAt))).toBeLessThan(3_000);
  const asked = await RunnerWorld.open({ ...short, leg: { firstWave: { recipients: 50 } } });
  await asked.tick();
  const times = asked.accepted.map(({ at }) => at - asked.momentAt);
  expect(times.filter((at) => at < 2_000)).toHaveLength(50);
  expect(times).toHaveLength(900);
});

test('where no feedback comes at all, the others leave ten minutes after the wave', async () => {
  const world = await RunnerWorld.open({
    recipients: 1_500,
    perSecond: 500,
    // Shorter than the wait: whoever waits on purpose is not silent.
    leg: { firstWave: 'auto', deadlineMs: MINUTE },
  });
  await world.tick();
  const times = world.accepted.map(({ at }) => at - world.momentAt);
  expect(times).toHaveLength(1_500);
  expect(times[200]).toBeGreaterThan(10 * MINUTE - 1_000);
  expect(times[200]).toBeLessThan(10 * MINUTE + 10_000);
});

test('whoever takes over waits on, counting from the last answer of the wave', async () => {
  const world = await RunnerWorld.open({
    recipients: 1_500,
    perSecond: 500,
    leg: { firstWave: 'auto' },
  });
  await world.tick(4);
  expect(world.accepted).toHaveLength(200);
  expect((await world.header()).holder).toBeUndefined();
  await world.tick(14);
  const times = world.accepted.map(({ at }) => at - world.momentAt);
  expect(new Set(world.accepted.map(({ ordinal }) => ordinal)).size).toBe(1_500);
  expect(times).toHaveLength(1_500);
  expect(times[200]).toBeLessThan(10 * MINUTE + 20_000);
});

test('a person who stops while the feedback is waited for lets nobody else leave', async () => {
  const world = await RunnerWorld.open({
    recipients: 1_500,
    perSecond: 500,
    leg: { firstWave: 'auto' },
  });
  const running = world.tick();
  await world.clock.sleepUntil(world.momentAt + 2 * MINUTE);
  await world.order({ kind: 'stop', now: world.clock.now(), reason: 'not now' });
  await running;
  expect(world.accepted).toHaveLength(200);
  expect(world.clock.now()).toBeLessThan(world.momentAt + 3 * MINUTE);
});

test('a leg that leaves in waves begins with few of its first one; later waves wait for them, too', async () => {
  const world = await RunnerWorld.open({
    recipients: 4_000,
    perSecond: 500,
    leg: {
      firstWave: { recipients: 100 },
      waves: [{ share: 0.5 }, { afterMs: 1_000 }],
      deadlineMs: MINUTE,
    },
  });
  await world.tick();
  const ordinals = world.accepted.map(({ ordinal }) => ordinal);
  expect(new Set(ordinals).size).toBe(4_000);
  expect(ordinals).toHaveLength(4_000);
  expect(Math.max(...ordinals.slice(0, 100))).toBe(99);
  expect(Math.max(...ordinals.slice(0, 2_000))).toBe(1_999);
  expect((world.accepted[100]?.at ?? 0) - world.momentAt).toBeGreaterThan(10 * MINUTE - 1_000);
});
