import { describe, expect, test } from 'vitest';
import { countState } from '#domain/window-record.ts';
import { loadManifestChunk } from '#store/manifests.ts';
import { listWindowRecords } from '#store/window-records.ts';
import { HOUR, MINUTE, World } from './world.ts';

const at = (text: string) => Date.parse(text);
const night = { from: '21:00', to: '08:00' };
const kept = { ...night, inside: 'release_after' as const };
const heldBack = { ...night, inside: 'hold_back' as const };

/** Half of the readers sleep (Tokyo), half do not (New York). */
const zoneOf = (n: number) => (n % 2 === 0 ? 'Asia/Tokyo' : 'America/New_York');
const readerOf = (address: string) => Number(/\d+/.exec(address)?.[0]);
const sleeps = ({ address }: { address: string }) => readerOf(address) % 2 === 0;

/** 23:00 in Tokyo, 09:00 in New York. */
const T = at('2027-03-04T14:00:00Z');
const MORNING = at('2027-03-04T23:00:00Z');

async function worldOf(count: number, quietHours: typeof kept | typeof heldBack): Promise<World> {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', count, zoneOf);
  await world.plan({ burst: 'one', at: T, legs: [{ quietHours }] });
  return world;
}

describe('inside quiet hours at the call', () => {
  test('a recipient is held back with the reason, and the others are called', async () => {
    const world = await worldOf(300, heldBack);
    await world.run(T + 30 * MINUTE);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
    expect(world.called('one').filter(sleeps)).toEqual([]);
    expect(world.called('one')).toHaveLength(150);
    const outcomes = await world.outcomes('one');
    expect(outcomes).toHaveLength(150);
    for (const { state, reason, releaseAt } of outcomes) {
      expect({ state, reason, releaseAt }).toEqual({ state: 'held_back', reason: 'quiet_hours' });
    }
  });

  test('held back or not, the others keep the pace of the whole rate', async () => {
    const world = await worldOf(1_000, heldBack);
    await world.run(T + 30 * MINUTE);
    const times = world.called('one').map((one) => one.at);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    expect(times).toHaveLength(500);
    expect(500 / seconds).toBeGreaterThan(45);
    for (const start of times) {
      const within = times.filter((one) => one >= start && one < start + 1_000);
      expect(within.length).toBeLessThanOrEqual(75);
    }
  });

  test('whoever has no zone has that of the burst', async () => {
    const world = new World(T - 10 * MINUTE);
    await world.addReaders('members', 10);
    const legs = [{ quietHours: heldBack }];
    await world.plan({ burst: 'tokyo', at: T, zone: 'Asia/Tokyo', legs });
    await world.plan({ burst: 'york', at: T, zone: 'America/New_York', legs });
    await world.run(T + 30 * MINUTE);
    expect(world.called('tokyo')).toHaveLength(0);
    expect(world.called('york')).toHaveLength(10);
  });

  test('quiet hours that begin while the burst is being sent are seen', async () => {
    // 07:59:50 in New York is quiet, 08:00 is not; in Tokyo 20:59:50 is not, 21:00 is.
    const start = at('2027-03-04T11:59:55Z');
    const world = new World(start - 10 * MINUTE);
    await world.addReaders('members', 1_000, () => 'Asia/Tokyo');
    await world.plan({ burst: 'one', at: start, legs: [{ quietHours: heldBack }] });
    await world.run(start + 30 * MINUTE);
    const times = world.called('one').map((one) => one.at);
    expect(times.length).toBeGreaterThan(200);
    expect(times.length).toBeLessThan(320);
    expect(Math.max(...times)).toBeLessThan(at('2027-03-04T12:00:00Z'));
    expect((await world.outcomes('one')).length).toBe(1_000 - times.length);
  });
});

describe('kept until quiet hours end', () => {
  test('they are called when the hours end, once each, and only then is the leg sent', async () => {
    const world = await worldOf(600, kept);
    await world.run(T + HOUR);
    expect(world.called('one').filter(sleeps)).toEqual([]);
    const waiting = await world.load('one');
    expect(waiting).toMatchObject({ state: 'releasing', nextAt: MORNING });
    expect(waiting.holder).toBeUndefined();
    expect(waiting.legs[0]?.state).toBe('sending');
    for (const { state, reason, releaseAt } of await world.outcomes('one')) {
      expect({ state, reason, releaseAt }).toEqual({
        state: 'not_called',
        reason: 'quiet_hours',
        releaseAt: MORNING,
      });
    }
    await world.run(MORNING + 10 * MINUTE);
    const late = world.called('one').filter(sleeps);
    expect(late).toHaveLength(300);
    expect(Math.min(...late.map((one) => one.at))).toBeGreaterThanOrEqual(MORNING);
    expect(Math.min(...late.map((one) => one.at))).toBeLessThan(MORNING + 1_000);
    expect(new Set(world.called('one').map((one) => one.ordinal)).size).toBe(600);
    expect(world.called('one')).toHaveLength(600);
    expect(await world.load('one')).toMatchObject({ legs: [{ state: 'sent' }] });
    const records = await listWindowRecords(world.table, 'one');
    expect(countState(records, 'accepted')).toBe(300);
    expect(records.flatMap((one) => one.outcomes).some((one) => one.releaseAt)).toBe(false);
  });

  test('while it waits, a runner takes the burst no oftener than it has to', async () => {
    const world = await worldOf(20, kept);
    await world.run(T + 10 * MINUTE);
    const { epoch } = await world.load('one');
    world.table.meter.reset();
    await world.run(MORNING - 10 * MINUTE);
    expect((await world.load('one')).epoch).toBe(epoch);
    expect(world.table.meter.writeUnits).toBe(0);
  });

  test('each zone has a morning of its own', async () => {
    const zones = ['Asia/Tokyo', 'Asia/Kolkata', 'Europe/Helsinki', 'America/New_York'];
    const world = new World(at('2027-03-04T19:50:00Z'));
    await world.addReaders('members', 40, (n) => zones[n % zones.length] ?? 'UTC');
    const start = at('2027-03-04T20:00:00Z');
    await world.plan({ burst: 'one', at: start, legs: [{ quietHours: kept }] });
    await world.run(start + 13 * HOUR);
    const firstBy = zones.map((_, index) => {
      const own = world.called('one').filter(({ address }) => {
        return Number(/\d+/.exec(address)?.[0]) % zones.length === index;
      });
      expect(own).toHaveLength(10);
      return Math.min(...own.map((one) => one.at));
    });
    const want = ['23:00', '02:30', '06:00', '20:00'];
    const text = firstBy.map((instant) => new Date(instant).toISOString().slice(11, 16));
    expect(text).toEqual(want);
  });

  test('the night the clocks go forward is an hour shorter', async () => {
    const start = at('2027-03-27T21:00:00Z');
    const world = new World(start - 10 * MINUTE);
    await world.addReaders('members', 5, () => 'Europe/Paris');
    await world.plan({ burst: 'one', at: start, legs: [{ quietHours: kept }] });
    await world.run(start + 12 * HOUR);
    const [first] = world.called('one');
    expect(new Date(first?.at ?? 0).toISOString().slice(0, 19)).toBe('2027-03-28T06:00:00');
  });

  test('somebody is kept for up to a day after the start of the leg', async () => {
    const world = new World(T - 10 * MINUTE);
    await world.addReaders('members', 5);
    const quietHours = { from: '14:00', to: '13:59', inside: 'release_after' as const };
    await world.plan({ burst: 'one', at: T, legs: [{ quietHours }] });
    await world.run(T + 25 * HOUR);
    const times = world.called('one').map((one) => one.at);
    expect(times).toHaveLength(5);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(T + 24 * HOUR - MINUTE);
    expect(Math.max(...times)).toBeLessThan(T + 24 * HOUR);
  });

  test('beyond a day nobody is kept: whose hours do not end by then is held back', async () => {
    const world = new World(T - 10 * MINUTE);
    await world.addReaders('members', 5);
    const quietHours = { from: '14:00', to: '14:00', inside: 'release_after' as const };
    await world.plan({ burst: 'one', at: T, legs: [{ quietHours }] });
    await world.run(T + MINUTE);
    expect(world.called('one')).toEqual([]);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
    for (const one of await world.outcomes('one')) {
      expect(one).toMatchObject({ state: 'held_back', reason: 'quiet_hours' });
    }
  });

  test('an address that leaves the list while it is kept is held back in the morning', async () => {
    const world = await worldOf(20, kept);
    await world.run(T + HOUR);
    await world.suppress('reader-4@example.org', 'unsubscribed');
    await world.run(MORNING + 10 * MINUTE);
    expect(world.called('one')).toHaveLength(19);
    const held = (await world.outcomes('one')).filter((one) => one.state === 'held_back');
    expect(held).toMatchObject([{ reason: 'unsubscribed' }]);
  });
});

describe('stops and crashes while recipients are kept', () => {
  test('a stop holds them, and a resume after their morning calls them at once', async () => {
    const world = await worldOf(40, kept);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.run(MORNING + HOUR);
    expect(world.called('one').filter(sleeps)).toEqual([]);
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(MORNING + HOUR + 5 * MINUTE);
    expect(world.called('one')).toHaveLength(40);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('a stop between the last call and a window of sleepers ends no leg', async () => {
    const scout = await worldOf(200, kept);
    await scout.run(T + MINUTE);
    const { freeze } = await scout.head('one');
    const members = await loadManifestChunk(scout.table, 'one', freeze, 0);
    const firstWindow = new Set(members.slice(0, 100).map(({ address }) => readerOf(address)));
    const world = new World(T - 10 * MINUTE);
    const zone = (n: number) => (firstWindow.has(n) ? 'America/New_York' : 'Asia/Tokyo');
    await world.addReaders('members', 200, zone);
    await world.plan({ burst: 'one', at: T, legs: [{ quietHours: kept }] });
    world.onCall = async ({ addressees }) => {
      if (!addressees.some(({ ordinal }) => ordinal === 99)) return undefined;
      world.onCall = async () => undefined;
      await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
      await world.clock.sleep(30_000);
      return undefined;
    };
    await world.run(T + HOUR);
    expect(world.called('one')).toHaveLength(100);
    expect((await world.load('one')).legs[0]?.state).toBe('sending');
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(MORNING + 5 * MINUTE);
    expect(world.called('one')).toHaveLength(200);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('resumed while their hours last, they go on waiting', async () => {
    const world = await worldOf(40, kept);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.run(T + 2 * HOUR);
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(MORNING - MINUTE);
    expect(world.called('one').filter(sleeps)).toEqual([]);
    await world.run(MORNING + 5 * MINUTE);
    expect(world.called('one')).toHaveLength(40);
  });

  test('resumed days later they are held back: that late nobody wanted them to be called', async () => {
    const world = await worldOf(40, kept);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.run(T + 48 * HOUR);
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(T + 49 * HOUR);
    expect(world.called('one')).toHaveLength(20);
    const outcomes = await world.outcomes('one');
    expect(outcomes.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array.from({ length: 20 }, () => 'held_back quiet_hours'),
    );
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('abandoned, they are never called, and stay listed as such', async () => {
    const world = await worldOf(40, kept);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.order('one', {
      kind: 'abandon',
      now: world.now(),
      measureUntil: world.now(),
    });
    await world.run(MORNING + 3 * HOUR);
    expect(world.called('one')).toHaveLength(20);
    expect((await world.outcomes('one')).map((one) => one.state)).toEqual(
      Array.from({ length: 20 }, () => 'not_called'),
    );
  });

  test('a runner that dies in the morning leaves its open calls in doubt, calls nobody twice', async () => {
    const world = await worldOf(400, kept);
    await world.run(T + HOUR);
    world.onCall = async ({ at: now }) => {
      if (now < MORNING + 1_500) return undefined;
      world.onCall = async () => undefined;
      world.crash();
    };
    await world.run(MORNING + HOUR);
    const ordinals = world.called('one').map((one) => one.ordinal);
    expect(new Set(ordinals).size).toBe(ordinals.length);
    const records = await listWindowRecords(world.table, 'one');
    const inDoubt = countState(records, 'in_doubt') + countState(records, 'unproven');
    expect(inDoubt).toBeGreaterThan(0);
    expect(countState(records, 'not_called')).toBe(0);
    expect(200 + countState(records, 'accepted') + inDoubt).toBe(400);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('a clock that is set back as the quiet hours end forgets nobody', async () => {
    const world = await worldOf(40, kept);
    const put = world.table.put.bind(world.table);
    const { now, sleepUntil } = world.clock;
    world.table.put = (item, condition) => {
      if (String(item.outcomes).includes('called_again')) {
        world.table.put = put;
        world.clock.now = () => now() - 3_000;
        world.clock.sleepUntil = (at) => sleepUntil(at + 3_000);
      }
      return put(item, condition);
    };
    await world.run(MORNING + HOUR);
    expect(world.table.put).toBe(put);
    expect(new Set(world.called('one').map((one) => one.ordinal)).size).toBe(40);
    expect((await world.outcomes('one')).map((one) => one.state)).not.toContain('not_called');
  });

  test('a runner that dies before the windows are recorded keeps nobody', async () => {
    const world = await worldOf(400, kept);
    world.onCall = async () => {
      world.onCall = async () => undefined;
      world.crash();
    };
    await world.run(MORNING + HOUR);
    const ordinals = world.called('one').map((one) => one.ordinal);
    expect(new Set(ordinals).size).toBe(ordinals.length);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
    const records = await listWindowRecords(world.table, 'one');
    expect(countState(records, 'not_called')).toBe(0);
  });
});

test('a leg without quiet hours writes exactly what it wrote without them', async () => {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', 1_000, zoneOf);
  await world.plan({ burst: 'one', at: T });
  await world.run(T - MINUTE);
  world.table.meter.reset();
  await world.run(T + 10 * MINUTE);
  expect(world.called('one')).toHaveLength(1_000);
  expect(world.table.meter.of('lane').writeUnits).toBeLessThanOrEqual(14);
  expect(world.table.meter.of('window_record').writeUnits).toBe(0);
});

test('recipients whose hours end while the others are still being sent are called then', async () => {
  // Six minutes of sending; in Tokyo it is 07:57:30 when it begins.
  const start = at('2027-03-04T22:57:30Z');
  const world = new World(start - 10 * MINUTE);
  await world.addReaders('members', 18_000, (n) => (n % 2 ? 'America/New_York' : 'Asia/Tokyo'));
  const quietHours = { ...night, inside: 'release_after' as const };
  await world.plan({ burst: 'one', at: start, legs: [{ quietHours }] });
  await world.run(start + 30 * MINUTE);
  const called = world.called('one');
  expect(new Set(called.map((one) => one.ordinal)).size).toBe(18_000);
  const firstKept = called.find((one) => sleeps(one))?.at ?? 0;
  expect(firstKept).toBeGreaterThanOrEqual(MORNING);
  expect(firstKept).toBeLessThan(MORNING + 10_000);
  expect((await world.load('one')).legs[0]?.state).toBe('sent');
});
