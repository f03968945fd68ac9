import { describe, expect, test } from 'vitest';
import { createRecord } from '#feedback/record.ts';
import { readChanges } from '#store/change-log.ts';
import { type Call, HOUR, MINUTE, SUPPRESSION_KEY, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const LATER = T + 24 * HOUR;

/** Conversions of these ordinals of a burst, as the queue brings them. */
async function convert(
  world: World,
  burst: string,
  ordinals: readonly number[],
  setAside: readonly string[] = [],
): Promise<void> {
  const record = createRecord({
    table: world.table,
    now: () => world.now(),
    id: () => `r${Math.random().toString(36).slice(2)}`,
    suppressionKey: async () => SUPPRESSION_KEY,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const messages = ordinals.map((ordinal) => ({
    messageId: `m-${ordinal}`,
    body: JSON.stringify({
      kind: 'conversion',
      id: `conversion-${burst}-${ordinal}`,
      at: world.now(),
      burst,
      leg: 'email',
      call: 'trial',
      ordinal,
      value: 100,
    }),
  }));
  expect(await record(messages)).toEqual(setAside);
}

/** A burst over `members`, sent to the end; ordinals of its recipients by address. */
async function sentBurst(world: World, count: number): Promise<Map<string, number>> {
  await world.addReaders('members', count);
  await world.plan({ burst: 'first', at: T });
  await world.run(T + 5 * MINUTE);
  const called = world.called('first');
  expect(called).toHaveLength(count);
  return new Map(called.map(({ address, ordinal }) => [address, ordinal]));
}

const addressesOf = (calls: readonly { address: string }[]) => calls.map((one) => one.address);

describe('who has converted', () => {
  test.each([
    { name: 'in any burst of the campaign', skipConverted: {} },
    { name: 'in the burst that is named', skipConverted: { burst: 'first' } },
  ])('$name is held back at the freeze of the next one', async ({ skipConverted }) => {
    const world = new World(START);
    const ordinals = await sentBurst(world, 30);
    await convert(world, 'first', [3, 4, 21]);
    await world.plan({ burst: 'second', at: LATER, legs: [{ skipConverted }] });
    await world.run(LATER + 5 * MINUTE);
    const addresses = addressesOf(world.called('second'));
    expect(addresses).toHaveLength(27);
    for (const address of addresses) expect([3, 4, 21]).not.toContain(ordinals.get(address));
    expect((await world.head('second')).heldBack).toEqual({ converted: 3 });
  });

  test.each([
    { name: 'a leg that does not ask', campaign: 'launch', legs: [{}] },
    { name: 'another campaign', campaign: 'other', legs: [{ skipConverted: {} }] },
    { name: 'another burst', campaign: 'launch', legs: [{ skipConverted: { burst: 'third' } }] },
  ])('$name writes to them all the same', async ({ campaign, legs }) => {
    const world = new World(START);
    await sentBurst(world, 30);
    await convert(world, 'first', [3, 4, 21]);
    await world.plan({ burst: 'second', campaign, at: LATER, legs });
    await world.run(LATER - MINUTE);
    await convert(world, 'first', [5]);
    await world.run(LATER + 5 * MINUTE);
    expect(world.called('second')).toHaveLength(30);
  });

  test('after the freeze they are left out as long as their call has not started', async () => {
    const world = new World(START);
    const ordinals = await sentBurst(world, 1_000);
    const skipConverted = { burst: 'first' };
    await world.plan({ burst: 'second', at: LATER, legs: [{ skipConverted }, late] });
    await world.addReaders('late', 1);
    await world.run(LATER - 2 * MINUTE);
    await convert(world, 'first', [7]);
    const converted = new Set<string>();
    world.onCall = async (call: Call) => {
      if (converted.size > 0 || call.at < LATER + 3_000) return undefined;
      const called = new Set(addressesOf(world.called('second')));
      const waiting = [...ordinals].filter(([address]) => !called.has(address)).slice(-200);
      for (const [address] of waiting) converted.add(address);
      await convert(
        world,
        'first',
        waiting.map(([, ordinal]) => ordinal),
      );
      return undefined;
    };
    await world.run(LATER + 10 * MINUTE);
    const addresses = addressesOf(world.called('second'));
    expect(converted.size).toBe(200);
    for (const address of converted) expect(addresses).not.toContain(address);
    const outcomes = await world.outcomes('second');
    expect(outcomes.filter((one) => one.reason === 'converted')).toHaveLength(201);
    expect(outcomes.every((one) => one.state === 'held_back')).toBe(true);
  });
  const late = { name: 'late', audience: 'late' };

  test('a conversion in the burst itself leaves out whoever was kept for later', async () => {
    const world = new World(START);
    await world.addReaders('members', 10, (n) => (n < 5 ? 'Asia/Tokyo' : 'Europe/Paris'));
    const quietHours = { from: '21:00', to: '08:00', inside: 'release_after' as const };
    await world.plan({ burst: 'first', at: T, legs: [{ quietHours, skipConverted: {} }] });
    await world.run(T + HOUR);
    const kept = (await world.outcomes('first')).map((one) => one.ordinal);
    expect(kept).toHaveLength(5);
    await convert(world, 'first', kept.slice(0, 2));
    await world.run(T + 12 * HOUR);
    expect(world.called('first')).toHaveLength(8);
    const held = (await world.outcomes('first')).filter((one) => one.state === 'held_back');
    expect(held.map(({ reason }) => reason)).toEqual(['converted', 'converted']);
  });
});

describe('the log of conversions', () => {
  test('names people by digest, once for a whole batch, apart from the suppressions', async () => {
    const world = new World(START);
    await sentBurst(world, 100);
    world.table.meter.reset();
    await convert(
      world,
      'first',
      Array.from({ length: 100 }, (_, ordinal) => ordinal),
    );
    const entries = await readChanges(world.table, START, world.now() + 1_000, 'converted');
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ burst: 'first', campaign: 'launch', reason: 'converted' });
    const digests = world.called('first').map(({ address }) => world.digest(address));
    expect(entries[0]?.digests?.toSorted()).toEqual(digests.toSorted());
    expect(await readChanges(world.table, START, world.now() + 1_000)).toEqual([]);
    expect(world.table.meter.of('change').writeUnits).toBeLessThanOrEqual(3);
  });

  test('given again, a batch changes nothing; an ordinal nobody has is nobody', async () => {
    const world = new World(START);
    await sentBurst(world, 5);
    await convert(world, 'first', [1, 999_999], ['m-999999']);
    await convert(world, 'first', [1, 999_999], ['m-999999']);
    const entries = await readChanges(world.table, START, world.now() + 1_000, 'converted');
    expect(entries.flatMap((one) => one.digests)).toHaveLength(1);
  });

  test('is read only by bursts that leave out who has converted', async () => {
    const reads: number[] = [];
    for (const legs of [[{}], [{ skipConverted: {} }]]) {
      const world = new World(START);
      await world.addReaders('members', 500);
      await world.plan({ burst: 'first', at: T, legs });
      await world.run(T - MINUTE);
      world.table.meter.reset();
      await world.run(T + 5 * MINUTE);
      reads.push(world.table.meter.of('change').readUnits);
    }
    const [without = 0, twice = 0] = reads;
    expect(twice).toBeGreaterThan(1.9 * without);
    expect(twice).toBeLessThanOrEqual(2 * without);
  });
});
