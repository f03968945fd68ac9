import { describe, expect, test } from 'vitest';
import { allocateWave } from '#commands/allocate-wave.ts';
import type { CommandContext } from '#commands/context.ts';
import { acceptedByCall } from '#domain/accepted-by-call.ts';
import { Fault } from '#domain/faults.ts';
import { waveRanges } from '#domain/wave-ranges.ts';
import { listLanes } from '#store/lanes.ts';
import { listWindowRecords } from '#store/window-records.ts';
import { HOUR, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const trial = [{ call: 'trial', weight: 1 }];
const demo = [{ call: 'demo', weight: 1 }];

function contextOf(world: World, started: string[] = []): CommandContext {
  return {
    table: world.table,
    clock: world.clock,
    entropy: { id: () => `c${Math.random().toString(36).slice(2)}`, fraction: () => 0.5 },
    principal: { name: 'ana', scopes: new Set(['operator']) },
    startRunner: async (burst: string) => void started.push(burst),
    setSending: async () => {},
  } as unknown as CommandContext;
}

describe('the ranges of waves', () => {
  const leg = { from: 100, sendableTo: 1_100, allocation: trial };
  test.each([
    { name: 'shares', waves: [{ share: 0.2 }, { share: 0.3 }, {}], ends: [300, 600, 1_100] },
    { name: 'numbers', waves: [{ recipients: 50 }, {}], ends: [150, 1_100] },
    {
      name: 'a list that is too short',
      waves: [{ recipients: 900 }, { recipients: 900 }, {}],
      ends: [1_000, 1_100, 1_100],
    },
    {
      name: 'a last wave takes what is left',
      waves: [{ share: 0.5 }, { share: 0.1 }],
      ends: [600, 1_100],
    },
    { name: 'one wave', waves: [{ share: 0.1 }], ends: [1_100] },
  ])('$name', ({ waves, ends }) => {
    const ranges = waveRanges(leg, waves);
    expect(ranges.map((one) => one.to)).toEqual(ends);
    expect(ranges.map((one) => one.from)).toEqual([100, ...ends.slice(0, -1)]);
    expect(ranges.map((one) => one.allocation)).toEqual([
      trial,
      ...ends.slice(1).map(() => undefined),
    ]);
  });
});

async function worldWith(waves: object[], count = 400): Promise<World> {
  const world = new World(START);
  await world.addReaders('members', count);
  await world.plan({ burst: 'one', at: T, legs: [{ waves }] });
  return world;
}

describe('a leg in waves', () => {
  test('sends the first at the moment and each later one at its time, with the planned calls', async () => {
    const world = await worldWith([
      { share: 0.25 },
      { share: 0.25, afterMs: 3 * HOUR, allocation: trial },
      { afterMs: 6 * HOUR, allocation: demo },
    ]);
    await world.run(T + HOUR);
    expect(world.called('one')).toHaveLength(100);
    expect(await world.load('one')).toMatchObject({
      state: 'releasing',
      legs: [{ state: 'sending' }],
    });
    await world.run(T + 4 * HOUR);
    expect(world.called('one')).toHaveLength(200);
    await world.run(T + 7 * HOUR);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
    const called = world.called('one');
    expect(new Set(called.map((one) => one.ordinal)).size).toBe(400);
    expect(called).toHaveLength(400);
    const [first, second, third] = [
      called.slice(0, 100),
      called.slice(100, 200),
      called.slice(200),
    ];
    const callsOf = (some: typeof called) => new Set(some.map((one) => one.call));
    expect(callsOf(first ?? [])).toEqual(new Set(['trial', 'demo']));
    expect(callsOf(second ?? [])).toEqual(new Set(['trial']));
    expect(callsOf(third ?? [])).toEqual(new Set(['demo']));
    expect(Math.min(...second.map((one) => one.at))).toBe(T + 3 * HOUR);
    expect(Math.min(...third.map((one) => one.at))).toBe(T + 6 * HOUR);
  });

  test('the report counts each recipient under the call that the wave gave', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: HOUR, allocation: demo }]);
    const counts = async () => {
      const head = await world.head('one');
      const lanes = await listLanes(world.table, 'one', head.lanes.length);
      const records = await listWindowRecords(world.table, 'one');
      const [leg] = acceptedByCall(head, lanes, records);
      return { trial: leg?.byCall.get('trial')?.accepted, demo: leg?.byCall.get('demo')?.accepted };
    };
    await world.run(T + 10 * MINUTE);
    expect(await counts()).toEqual({ trial: 100, demo: 100 });
    await world.run(T + 2 * HOUR);
    expect(await counts()).toEqual({ trial: 100, demo: 300 });
  });

  test('a wave without a time waits for its allocation, then leaves at once', async () => {
    const world = await worldWith([{ share: 0.5 }, {}]);
    await world.run(T + 5 * HOUR);
    expect(world.called('one')).toHaveLength(200);
    const started: string[] = [];
    const calls = { demo: 3, trial: 1 };
    const answer = await allocateWave(contextOf(world, started), {
      burst: 'one',
      leg: 'email',
      calls,
    });
    expect(answer).toMatchObject({ wave: 2, recipients: 200 });
    expect(started).toEqual(['one']);
    await world.run(T + 5 * HOUR + 5 * MINUTE);
    const second = world.called('one').slice(200);
    expect(second).toHaveLength(200);
    expect(second[0]?.at).toBeLessThan(T + 5 * HOUR + MINUTE);
    expect(second.filter((one) => one.call === 'demo')).toHaveLength(150);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('a person may let a wave leave before its time', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 24 * HOUR }]);
    await world.run(T + HOUR);
    await allocateWave(contextOf(world), { burst: 'one', leg: 'email', calls: { demo: 1 } });
    await world.run(T + HOUR + 5 * MINUTE);
    expect(world.called('one')).toHaveLength(400);
    await world.run(T + 25 * HOUR);
    expect(world.called('one')).toHaveLength(400);
  });

  test.each([
    { name: 'the first wave', input: { wave: 1 }, code: 'wave_allocated' },
    { name: 'a wave there is not', input: { wave: 3 }, code: 'wave_unknown' },
    { name: 'a call there is not', input: { calls: { nope: 1 } }, code: 'call_unknown' },
    { name: 'no weight at all', input: { calls: { demo: 0 } }, code: 'input_invalid' },
    { name: 'another leg', input: { leg: 'other' }, code: 'leg_unknown' },
  ])('allocating $name is refused', async ({ input, code }) => {
    const world = await worldWith([{ share: 0.5 }, {}]);
    await world.run(T + MINUTE);
    const given = { burst: 'one', leg: 'email', ...input };
    await expect(allocateWave(contextOf(world), given)).rejects.toMatchObject({ code });
  });

  test('an allocation never changes, and a burst that is not released has none to give', async () => {
    const world = await worldWith([{ share: 0.5 }, {}]);
    const given = { burst: 'one', leg: 'email' };
    await expect(allocateWave(contextOf(world), given)).rejects.toMatchObject({
      code: 'wrong_state',
    });
    await world.run(T + HOUR);
    const both = await Promise.allSettled([
      allocateWave(contextOf(world), { ...given, calls: { demo: 1 } }),
      allocateWave(contextOf(world), { ...given, calls: { trial: 1 } }),
    ]);
    expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const won = both.findIndex((one) => one.status === 'fulfilled');
    await world.run(T + 2 * HOUR);
    const calls = new Set(
      world
        .called('one')
        .slice(200)
        .map((one) => one.call),
    );
    expect(calls).toEqual(new Set([won === 0 ? 'demo' : 'trial']));
  });

  test('stopped between two waves, nothing leaves; resumed, what is due does', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 3 * HOUR }]);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.run(T + 5 * HOUR);
    expect(world.called('one')).toHaveLength(200);
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(T + 5 * HOUR + 5 * MINUTE);
    expect(world.called('one')).toHaveLength(400);
  });

  test('an allocation whose runner was never woken leaves when it is asked for again', async () => {
    const world = await worldWith([{ share: 0.5 }, {}]);
    await world.run(T + HOUR);
    const context = contextOf(world);
    const order = { burst: 'one', leg: 'email', wave: 2 };
    const put = world.table.put.bind(world.table);
    world.table.put = (item, condition) =>
      item.pk === 'B#one' && item.sk === '#'
        ? Promise.reject(new Fault('store_refused', 'no', { retryable: false }))
        : put(item, condition);
    await expect(allocateWave(context, order)).rejects.toMatchObject({ code: 'store_refused' });
    world.table.put = put;
    await expect(allocateWave(context, order)).rejects.toMatchObject({ code: 'wave_allocated' });
    await world.run(T + HOUR + 3 * MINUTE);
    expect(world.called('one')).toHaveLength(400);
  });

  test('abandoned between two waves, the rest is never sent', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 3 * HOUR }]);
    await world.run(T + HOUR);
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.order('one', {
      kind: 'abandon',
      now: world.now(),
      measureUntil: world.now(),
    });
    await world.run(T + 5 * HOUR);
    expect(world.called('one')).toHaveLength(200);
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('abandoned, every lane is out of reach for a runner that was asleep meanwhile', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 3 * HOUR, allocation: demo }]);
    await world.run(T + HOUR);
    const asleep = (await world.load('one')).epoch;
    const all = (await world.head('one')).lanes;
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wrong link' });
    await world.order('one', {
      kind: 'abandon',
      now: world.now(),
      measureUntil: world.now(),
    });
    await world.run(T + 2 * HOUR);
    const lanes = await listLanes(world.table, 'one', all.length);
    expect(lanes.map(({ lane }) => lane)).toEqual(all.map(({ lane }) => lane));
    expect(lanes.every(({ epoch }) => epoch > asleep)).toBe(true);
  });

  test('a runner that dies in the second wave leaves one window a lane in doubt', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: HOUR, allocation: demo }], 1_000);
    world.onCall = async ({ at }) => {
      if (at < T + HOUR + 2_000) return undefined;
      world.onCall = async () => undefined;
      world.crash();
    };
    await world.run(T + 3 * HOUR);
    const ordinals = world.called('one').map((one) => one.ordinal);
    expect(new Set(ordinals).size).toBe(ordinals.length);
    const outcomes = await world.outcomes('one');
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.length).toBeLessThanOrEqual(200);
    expect(outcomes.every((one) => one.state === 'in_doubt' || one.state === 'unproven')).toBe(
      true,
    );
    expect((await world.load('one')).legs[0]?.state).toBe('sent');
  });

  test('quiet hours of the second wave count from its own start', async () => {
    const world = new World(START);
    await world.addReaders('members', 100, () => 'Europe/Paris');
    const quietHours = { from: '21:00', to: '08:00', inside: 'release_after' as const };
    const waves = [{ share: 0.5 }, { afterMs: 30 * HOUR }];
    await world.plan({ burst: 'one', at: T + 4 * HOUR, legs: [{ waves, quietHours }] });
    await world.run(T + 50 * HOUR);
    // 12:10 + 4 h + 30 h is 22:10 UTC, 23:10 in Paris: kept until 08:00, which is 07:00 UTC.
    const second = world.called('one').slice(50);
    expect(second).toHaveLength(50);
    expect(new Date(second[0]?.at ?? 0).toISOString().slice(0, 16)).toBe('2027-03-06T07:00');
  });

  test('suppressions between two waves count', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 24 * HOUR }]);
    await world.run(T + HOUR);
    const called = new Set(world.called('one').map((one) => one.address));
    const waiting = Array.from({ length: 400 }, (_, n) => `reader-${n}@example.org`).find(
      (one) => !called.has(one),
    );
    await world.suppress(waiting ?? '', 'unsubscribed');
    await world.run(T + 25 * HOUR);
    expect(world.called('one')).toHaveLength(399);
    expect(world.called('one').map((one) => one.address)).not.toContain(waiting);
  });

  test('waiting for a wave costs next to nothing', async () => {
    const world = await worldWith([{ share: 0.5 }, { afterMs: 24 * HOUR }]);
    await world.run(T + HOUR);
    world.table.meter.reset();
    await world.run(T + 23 * HOUR);
    expect(world.table.meter.writeUnits).toBeLessThan(22 * 4 * 9);
  });
});

test('a leg without waves has lanes and ranges as it always had', async () => {
  const whole = new World(START);
  await whole.addReaders('members', 300);
  await whole.plan({ burst: 'one', at: T });
  await whole.run(T + 5 * MINUTE);
  const head = await whole.head('one');
  expect(Object.keys(head.legs[0] ?? {}).toSorted()).toEqual([
    'allocation',
    'from',
    'leg',
    'sendableTo',
    'to',
  ]);
  expect(Object.keys(head.lanes[0] ?? {}).toSorted()).toEqual(['from', 'lane', 'leg', 'to']);
});
