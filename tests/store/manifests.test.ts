import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import type { ManifestHead, Member } from '#domain/manifest.ts';
import {
  changeManifestChunk,
  loadManifestChunk,
  loadManifestHead,
  saveManifestChunk,
  saveManifestHead,
} from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { Chance } from '../conformance/operations.ts';
import { head, people } from './examples.ts';

describe('the head', () => {
  test('whoever saves it first wins, and the other sees the stored one', async () => {
    const table = new MemoryTable();
    expect(await loadManifestHead(table, head.burst)).toBeUndefined();
    const saved = await saveManifestHead(table, undefined, head, 'a');
    const item = { ...head, revision: 1, nonce: 'a' };
    expect(saved).toEqual({ kind: 'saved', item });
    const other = { ...head, freeze: 'freeze-2', digest: 'other' };
    const lost = await saveManifestHead(table, undefined, other, 'b');
    expect(lost).toEqual({ kind: 'lost', current: item });
    expect(await loadManifestHead(table, head.burst)).toStrictEqual(item);
  });

  test('a later freeze replaces the head it has seen', async () => {
    const table = new MemoryTable();
    const saved = await saveManifestHead(table, undefined, head, 'a');
    if (saved.kind === 'lost') throw new Error('lost');
    await saveManifestHead(table, saved.item, { ...head, freeze: 'freeze-2' }, 'b');
    expect((await loadManifestHead(table, head.burst))?.freeze).toBe('freeze-2');
  });
});

/** By names of 40 characters, everything at the most that a plan may say. */
function largestHead(): ManifestHead {
  const name = (what: string, index: number) => `${what}${index}`.padEnd(40, 'x');
  const places = { from: 99_999_998, to: 99_999_999 };
  const parts = Array.from({ length: limits.legsMax - 2 }, (_, index) => ({ leg: 2 + index }));
  const waves = Array.from({ length: limits.wavesMax }, (_, wave) => ({ leg: wave % 2, wave }));
  const calls = Array.from({ length: limits.callsMax }, (_, index) => name('call', index));
  const allocation = calls.map((call) => ({ call, weight: 0.123456789012 }));
  const seen = calls.map((call) => ({ call, n: 99_999_999, s: 9_999_999 }));
  const bet = { kind: 'best' as const, reason: 'r'.repeat(200), atStake: 1234.56789, seen };
  const wave = { ...places, allocation, startAt: 1_804_154_400_123, bet };
  const held = Array.from({ length: 12 }, (_, index) => ({ reason: name('r', index), ...places }));
  return {
    ...head,
    legs: Array.from({ length: limits.legsMax }, (_, index) => ({
      leg: name('leg', index),
      ...places,
      sendableTo: 99_999_999,
      allocation,
      held,
      ...(index < 2 ? { waves: Array.from({ length: limits.wavesMax / 2 }, () => wave) } : {}),
    })),
    lanes: [...parts, ...waves].flatMap((part, index) =>
      Array.from({ length: limits.lanesMax }, (_, lane) => ({
        ...places,
        ...part,
        lane: index * limits.lanesMax + lane,
        leg: name('leg', part.leg),
      })),
    ),
  };
}

test('the largest head that a plan may lead to is one item', async () => {
  const table = new MemoryTable();
  expect(await saveManifestHead(table, undefined, largestHead(), 'a')).toMatchObject({
    kind: 'saved',
  });
});

describe('a chunk', () => {
  const load = (table: MemoryTable, chunk = 0, freeze = 'f') =>
    loadManifestChunk(table, 'b', freeze, chunk);

  test.each<{ what: string; members: Member[] }>([
    { what: 'nobody', members: [] },
    { what: 'people', members: people(50, chanceOf(1), 4_000) },
    {
      what: 'different fields, empty values and zones',
      members: [
        { ordinal: 7, address: 'a@example.com', fields: {} },
        { ordinal: 8, address: 'b@example.com', fields: { city: '', first_name: 'Zoë "Z"\n' } },
        { ordinal: 9, address: 'c@example.com', fields: { city: 'Łódź' }, zone: 'Europe/Warsaw' },
      ],
    },
    {
      what: 'segments of some of them',
      members: [
        { ordinal: 7, address: 'a@example.com', fields: {} },
        { ordinal: 8, address: 'b@example.com', fields: {}, zone: 'UTC', segments: 0b101 },
      ],
    },
    {
      what: 'ordinals with gaps',
      members: [3, 5, 4].map((ordinal) => ({ ordinal, address: `${ordinal}@x.org`, fields: {} })),
    },
    {
      what: 'fields named like members of an object',
      members: [
        { ordinal: 0, address: 'a@x.org', fields: { constructor: 'c', toString: 't' } },
        { ordinal: 1, address: 'b@x.org', fields: {} },
      ],
    },
  ])('comes back as it went in: $what', async ({ members }) => {
    const table = new MemoryTable();
    await saveManifestChunk(table, 'b', 'f', 0, members);
    expect(await load(table)).toStrictEqual(members);
  });

  test('saving it again changes nothing', async () => {
    const table = new MemoryTable();
    const members = people(20, chanceOf(2));
    await saveManifestChunk(table, 'b', 'f', 0, members);
    const before = table.snapshot();
    await saveManifestChunk(table, 'b', 'f', 0, members);
    expect(table.snapshot()).toEqual(before);
  });

  test('a put without an answer that arrives late brings nobody back who was erased', async () => {
    const table = new MemoryTable();
    const late: (() => Promise<unknown>)[] = [];
    const withoutAnswer = Object.assign(Object.create(table), {
      put: (...put: Parameters<MemoryTable['put']>) => {
        if (late.length > 0) return table.put(...put);
        late.push(() => table.put(...put));
        throw new Fault('store_unanswered', 'no answer', { retryable: true });
      },
    });
    const members = people(20, chanceOf(3));
    await saveManifestChunk(withoutAnswer, 'b', 'f', 0, members);
    const others = members.slice(1);
    const place = { burst: 'b', freeze: 'f', chunk: 0 };
    expect(await changeManifestChunk(table, place, () => others)).toBe('changed');
    for (const put of late) await put();
    expect(await load(table)).toStrictEqual(others);
  });

  test('chunks of two freezes never mix', async () => {
    const table = new MemoryTable();
    await saveManifestChunk(table, 'b', 'f', 0, people(3, chanceOf(3)));
    await saveManifestChunk(table, 'b', 'g', 0, people(5, chanceOf(4)));
    await saveManifestChunk(table, 'b', 'f', 1, people(4, chanceOf(5), 3));
    expect(await load(table, 0, 'f')).toHaveLength(3);
    expect(await load(table, 0, 'g')).toHaveLength(5);
    expect(await load(table, 1, 'f')).toHaveLength(4);
  });

  test('a chunk that was never stored is a fault, not an empty audience', async () => {
    const missing = { code: 'manifest_chunk_missing', retryable: false };
    await expect(load(new MemoryTable())).rejects.toMatchObject(missing);
  });

  test('2,000 people cost at most 0.04 write units each', async () => {
    const table = new MemoryTable();
    await saveManifestChunk(table, 'b', 'f', 0, people(2_000, chanceOf(6)));
    const units = table.meter.of('manifest').writeUnits;
    expect(units / 2_000).toBeLessThanOrEqual(0.02);
    table.meter.reset();
    await load(table);
    expect(table.meter.of('manifest').readUnits / 2_000).toBeLessThanOrEqual(0.005);
  });

  test('a chunk beyond one item is cut into parts, and a missing part is noticed', async () => {
    const table = new MemoryTable();
    const chance = new Chance(7);
    const noise = () => Array.from({ length: 1_500 }, () => chance.below(36).toString(36)).join('');
    const members = people(1_200, chanceOf(8)).map((member) => ({
      ...member,
      fields: { story: noise() },
    }));
    await saveManifestChunk(table, 'b', 'f', 0, members);
    expect(table.snapshot().length).toBeGreaterThan(2);
    expect(await load(table)).toStrictEqual(members);
    await table.delete({ pk: 'B#b#M', sk: 'f#000000000#0001' });
    await expect(load(table)).rejects.toMatchObject({ code: 'store_corrupt' });
    await table.delete({ pk: 'B#b#M', sk: 'f#000000000#0000' });
    await expect(load(table)).rejects.toMatchObject({ code: 'manifest_chunk_missing' });
  });

  test.each([
    { what: 'damaged bytes', data: Uint8Array.from([1, 2, 3]) },
    { what: 'no bytes', data: 'text' },
  ])('$what are corrupt', async ({ data }) => {
    const table = new MemoryTable();
    await table.put({ pk: 'B#b#M', sk: 'f#000000000#0000', data });
    await expect(load(table)).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  test('no flipped bit makes another audience of it', async () => {
    const table = new MemoryTable();
    const members = people(30, chanceOf(9));
    await saveManifestChunk(table, 'b', 'f', 0, members);
    const key = { pk: 'B#b#M', sk: 'f#000000000#0000' };
    const data = (await table.get(key))?.data as Uint8Array;
    for (let at = 0; at < data.length; at += 1) {
      const flipped = Uint8Array.from(data);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await table.put({ ...key, data: flipped });
      const read = await load(table).catch((error) => error.code);
      // A padding bit carries nothing: then the members are the same.
      if (read !== 'store_corrupt') expect(read).toStrictEqual(members);
    }
  });
});

function chanceOf(seed: number): () => number {
  const chance = new Chance(seed);
  return () => chance.fraction();
}
