import { describe, expect, test } from 'vitest';
import type { Plan } from '#domain/plan.ts';
import { addressDigest } from '#domain/suppression.ts';
import { MessageHistory, readMessageHistory } from '#store/message-history.ts';
import { HOUR, MINUTE, SUPPRESSION_KEY, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const DAY = 24 * HOUR;
const week = (messages: number) => ({ frequencyCap: { messages, withinMs: 7 * DAY } });

/** A burst a day over its list, each sent to the end. */
async function sendDaily(
  world: World,
  bursts: readonly { burst: string; audience: string; frequencyCap?: Plan['frequencyCap'] }[],
): Promise<void> {
  for (const [day, { burst, audience, frequencyCap }] of bursts.entries()) {
    const at = START + day * DAY + HOUR;
    const cap = frequencyCap === undefined ? {} : { frequencyCap };
    await world.plan({ burst, at, legs: [{ audience }], ...cap });
    await world.run(at + HOUR);
  }
}

describe('a frequency cap', () => {
  test('holds back whoever has had as many messages within the time, over all bursts', async () => {
    const world = new World(START);
    await world.addReaders('all', 300);
    await world.addReaders('some', 100);
    await sendDaily(world, [
      { burst: 'a', audience: 'some' },
      { burst: 'b', audience: 'all' },
      { burst: 'c', audience: 'all', ...week(2) },
    ]);
    expect(world.called('c')).toHaveLength(200);
    expect((await world.head('c')).heldBack).toEqual({ frequency_cap: 100 });
    const some = new Set(world.called('a').map((one) => one.address));
    for (const { address } of world.called('c')) expect(some.has(address)).toBe(false);
  });

  test('counts what was sent before any cap was ever asked for', async () => {
    const world = new World(START);
    await world.addReaders('all', 10);
    await sendDaily(world, [
      { burst: 'a', audience: 'all' },
      { burst: 'b', audience: 'all', ...week(1) },
    ]);
    expect(world.called('b')).toEqual([]);
  });

  test('forgets what is older than its time', async () => {
    const world = new World(START);
    await world.addReaders('all', 10);
    await sendDaily(world, [{ burst: 'a', audience: 'all' }]);
    const at = START + HOUR + 7 * DAY;
    const cap = week(1);
    await world.plan({ burst: 'early', at: at - 10 * MINUTE, legs: [{ audience: 'all' }], ...cap });
    await world.run(at - MINUTE);
    expect(world.called('early')).toEqual([]);
    await world.plan({ burst: 'late', at: at + 10 * MINUTE, legs: [{ audience: 'all' }], ...cap });
    await world.run(at + 20 * MINUTE);
    expect(world.called('late')).toHaveLength(10);
  });

  test('knows people by address, however it is written, and in whichever list', async () => {
    const world = new World(START);
    await world.addContacts('one', [
      { address: 'ana@example.org' },
      { address: 'ben@example.org' },
    ]);
    await world.addContacts('two', [
      { address: 'ANA@example.org' },
      { address: 'cem@example.org' },
    ]);
    await sendDaily(world, [
      { burst: 'a', audience: 'one' },
      { burst: 'b', audience: 'two', ...week(1) },
    ]);
    expect(world.called('b').map((one) => one.address)).toEqual(['cem@example.org']);
  });

  test('counts whoever may have been messaged, and nobody who was not', async () => {
    const world = new World(START);
    await world.addReaders('all', 60);
    let calls = 0;
    world.onCall = async ({ burst, addressees }) => {
      calls += 1;
      if (burst !== 'a') return undefined;
      if (calls === 1) return { kind: 'unknown', reason: 'reset' };
      const refused = { kind: 'refused' as const, reason: 'MessageRejected' };
      return { kind: 'answered', outcomes: addressees.map(() => refused) };
    };
    await sendDaily(world, [{ burst: 'a', audience: 'all' }]);
    const inDoubt = (await world.outcomes('a')).filter((one) => one.state !== 'refused').length;
    expect(inDoubt).toBeGreaterThan(0);
    const at = START + DAY;
    await world.plan({ burst: 'b', at, legs: [{ audience: 'all' }], ...week(1) });
    await world.run(at + HOUR);
    expect((await world.head('b')).heldBack).toEqual({ frequency_cap: inDoubt });
    expect(world.called('b')).toHaveLength(60 - inDoubt);
  });

  test('counts the windows of a burst that is being sent at that time', async () => {
    const world = new World(START);
    await world.addReaders('all', 9_000);
    await world.plan({ burst: 'long', at: START + 10 * MINUTE, legs: [{ audience: 'all' }] });
    await world.run(START + 11 * MINUTE);
    const before = world.called('long').length;
    expect(before).toBeLessThan(9_000);
    await world.addReaders('first', 2_000);
    const at = world.now() + 2 * MINUTE;
    await world.plan({ burst: 'short', at, legs: [{ audience: 'first' }], ...week(1) });
    await world.run(at - MINUTE);
    const held = (await world.head('short')).heldBack.frequency_cap ?? 0;
    const first = new Set(Array.from({ length: 2_000 }, (_, n) => `reader-${n}@example.org`));
    const had = world.called('long').filter((one) => first.has(one.address)).length;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(had);
  });
});

describe('what a cap costs', () => {
  test('no write at all, and about a chunk of the manifest for 2,000 messages', async () => {
    const world = new World(START);
    await world.addReaders('all', 5_000);
    await sendDaily(world, [{ burst: 'a', audience: 'all' }]);
    const at = world.now() + HOUR;
    const items: string[] = [];
    const query = world.table.query.bind(world.table);
    world.table.query = async (one) => {
      const page = await query(one);
      if (one.pk.startsWith('B#a')) items.push(...page.items.map((item) => item.sk));
      return page;
    };
    await world.plan({ burst: 'b', at, legs: [{ audience: 'all' }], ...week(1) });
    await world.run(at - MINUTE);
    expect(items.length).toBeLessThanOrEqual(5_000 / 50);
    expect((await world.head('b')).heldBack).toEqual({ frequency_cap: 5_000 });
  });

  test('a history of a hundred thousand messages finds each person and no other', () => {
    const digest = (n: number) => addressDigest(`reader-${n}@example.org`, SUPPRESSION_KEY);
    const person = (n: number) => Buffer.from(digest(n), 'base64url').readUIntBE(0, 6);
    const people = Array.from({ length: 100_000 }, (_, n) => person(n % 60_000));
    const history = new MessageHistory(people);
    expect([0, 39_999, 40_000, 59_999].map((n) => history.count(digest(n)))).toEqual([2, 2, 1, 1]);
    for (let n = 60_000; n < 70_000; n += 1) expect(history.count(digest(n))).toBe(0);
  });

  test('a reader keeps its lease while it reads', async () => {
    const world = new World(START);
    await world.addReaders('all', 50);
    await sendDaily(world, [{ burst: 'a', audience: 'all' }]);
    let reads = 0;
    const history = await readMessageHistory(world.table, {
      since: START,
      now: world.now(),
      except: 'b',
      suppressionKey: SUPPRESSION_KEY,
      onRead: async () => {
        reads += 1;
      },
    });
    expect(reads).toBe(1);
    expect(history.count(world.digest('reader-7@example.org'))).toBe(1);
  });
});
