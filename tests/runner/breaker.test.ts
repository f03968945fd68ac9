import { describe, expect, test } from 'vitest';
import { breakerTrips } from '#domain/breaker.ts';
import { fates, RunnerWorld } from './runner-world.ts';

const MINUTE = 60_000;

describe('a list that bounces', () => {
  const dead = { recipients: 20_000, perSecond: 100, fateOf: fates(0.3) };

  test('stops the burst within a second of the fact that crosses the line', async () => {
    const world = await RunnerWorld.open(dead);
    await world.tick();
    const { state, stoppedAt = 0, reason } = await world.header();
    expect({ state, reason }).toEqual({ state: 'stopped', reason: 'breaker_bounces' });
    const crossed = world.folded.find(
      ({ bounced, delivered }) => breakerTrips({ delivered, bounced, complained: 0 }) !== undefined,
    );
    expect(stoppedAt - (crossed?.at ?? 0)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...world.calledAt)).toBeLessThanOrEqual(stoppedAt + 1_000);
    expect(world.accepted.length).toBeLessThan(1_200);
  });

  test('stays stopped until a person resumes, then counts anew', async () => {
    const world = await RunnerWorld.open(dead);
    await world.tick();
    const before = world.accepted.length;
    await world.clock.sleep(10 * MINUTE);
    await world.tick();
    expect(world.accepted).toHaveLength(before);
    const resumedAt = Math.ceil(world.clock.now());
    await world.order({ kind: 'resume', now: resumedAt });
    await world.tick();
    // The same list is as bad as it was: it takes fresh evidence to stop it again.
    const { state, reason, stoppedAt = 0 } = await world.header();
    expect({ state, reason }).toEqual({ state: 'stopped', reason: 'breaker_bounces' });
    expect(stoppedAt - resumedAt).toBeGreaterThan(1_500);
    expect(world.accepted.length).toBeGreaterThan(before + 50);
    expect(new Set(world.accepted.map(({ ordinal }) => ordinal)).size).toBe(world.accepted.length);
  });

  test('resumed and good from there on, it is sent to the end, whoever takes over', async () => {
    let bounces = 0.3;
    const fateOf = (chance: number) =>
      chance < bounces ? ('bounced' as const) : ('delivered' as const);
    const world = await RunnerWorld.open({ ...dead, recipients: 12_000, fateOf });
    for (const again of [true, false]) {
      await world.tick();
      expect((await world.header()).reason).toBe('breaker_bounces');
      await world.clock.sleep(MINUTE);
      if (again) await world.order({ kind: 'resume', now: Math.ceil(world.clock.now()) });
    }
    bounces = 0.005;
    await world.order({ kind: 'resume', now: Math.ceil(world.clock.now()) });
    await world.tick(0.7);
    await world.tick();
    expect((await world.header()).state).toBe('measuring');
    expect(new Set(world.accepted.map(({ ordinal }) => ordinal)).size).toBe(12_000);
  });
});

test('what came back while nobody sent stops whoever goes on, before a first call', async () => {
  const world = await RunnerWorld.open({ recipients: 2_000, perSecond: 100, fateOf: fates(1) });
  const second = MINUTE / 60;
  // Handed over before the first look.
  await world.tick((MINUTE + 0.5 * second) / MINUTE);
  const before = world.accepted.length;
  expect({ state: (await world.header()).state, isBegun: before > 20 }).toEqual({
    state: 'releasing',
    isBegun: true,
  });
  await world.clock.sleep(10 * second);
  await world.tick();
  expect(await world.header()).toMatchObject({ state: 'stopped', reason: 'breaker_bounces' });
  expect(world.accepted).toHaveLength(before);
});

test('a list that complains is stopped, too', async () => {
  const world = await RunnerWorld.open({
    recipients: 20_000,
    perSecond: 200,
    fateOf: fates(0, 0.02),
  });
  await world.tick();
  expect(await world.header()).toMatchObject({ state: 'stopped', reason: 'breaker_complaints' });
  expect(world.accepted.length).toBeLessThan(4_000);
});

test('a list at half of what SES reviews for is sent to the end', async () => {
  const world = await RunnerWorld.open({
    recipients: 20_000,
    perSecond: 500,
    fateOf: fates(0.02, 0.0003),
  });
  await world.tick();
  expect((await world.header()).state).toBe('measuring');
  expect(world.accepted).toHaveLength(20_000);
});

test('looking costs at most two thirds of a read unit a second', async () => {
  const world = await RunnerWorld.open({ recipients: 6_000, perSecond: 100, fateOf: fates(0) });
  await world.tick();
  // The fold's own strong reads of the same item are one unit each.
  const folds = world.folded.length;
  const looks = world.table.meter.of('tally').readUnits - folds;
  expect(looks).toBeLessThan((6_000 / 100) * 0.67);
  expect(looks).toBeGreaterThan(20);
});
