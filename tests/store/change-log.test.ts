import { describe, expect, test } from 'vitest';
import { limits } from '#domain/limits.ts';
import type { Table } from '#domain/ports.ts';
import type { ChangeLogEntry } from '#domain/suppression.ts';
import { appendChange, readChanges } from '#store/change-log.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { type LeavingTable, suppressByLink } from '#store/suppress-by-link.ts';
import { findSuppression, listSuppressed, suppress } from '#store/suppressions.ts';
import { faultyTable } from './faulty-table.ts';

const midnight = Date.UTC(2026, 10, 4);

function entry(at: number, id: string): ChangeLogEntry {
  return { id, at, kind: 'suppressed', digest: `digest-${id}`, reason: 'unsubscribed' };
}

describe('the change log', () => {
  test('an entry is read back as it was', async () => {
    const table = new MemoryTable();
    const converted: ChangeLogEntry = {
      id: 'c',
      at: midnight,
      kind: 'converted',
      burst: 'b',
      ordinal: 7,
      reason: 'converted',
    };
    await appendChange(table, converted);
    expect(await readChanges(table, midnight, midnight, 'converted')).toStrictEqual([converted]);
    expect(await readChanges(table, midnight, midnight)).toEqual([]);
  });

  test('entries come by instant over the borders of days, both ends included', async () => {
    const table = new MemoryTable();
    const at = [-86_400_000, -2, -1, -0.5, 0, 1, 86_399_999, 86_400_000, 3 * 86_400_000];
    for (const [index, offset] of at.entries()) {
      await appendChange(table, entry(midnight + offset, `e${index}`));
    }
    const read = async (from: number, to: number) =>
      (await readChanges(table, midnight + from, midnight + to)).map((one) => one.at - midnight);
    expect(await read(-86_400_000, 3 * 86_400_000)).toEqual(at);
    expect(await read(-1, 0)).toEqual([-1, -0.5, 0]);
    expect(await read(-0.75, 0)).toEqual([-0.5, 0]);
    expect(await read(1, 86_400_000)).toEqual([1, 86_399_999, 86_400_000]);
    expect(await read(5, 4)).toEqual([]);
  });

  test('entries of one millisecond are all kept, and an entry appended twice is one', async () => {
    const table = new MemoryTable();
    for (const id of ['a', 'b', 'a', 'Z_9-']) await appendChange(table, entry(midnight, id));
    const ids = (await readChanges(table, midnight, midnight)).map((one) => one.id);
    expect(ids.toSorted()).toEqual(['Z_9-', 'a', 'b']);
  });

  test('more than a page is read to the end', async () => {
    const table = new MemoryTable();
    const reason = 'x'.repeat(90_000);
    for (let index = 0; index < 30; index += 1) {
      await appendChange(table, { ...entry(midnight + index, `e${index}`), reason });
    }
    expect(await readChanges(table, midnight, midnight + 29)).toHaveLength(30);
  });

  test('a tail of half a second costs one read unit, two at midnight', async () => {
    const table = new MemoryTable();
    await readChanges(table, midnight + 1_000, midnight + 1_500);
    expect(table.meter.readUnits).toBe(1);
    await readChanges(table, midnight - 250, midnight + 250);
    expect(table.meter.readUnits).toBe(3);
  });

  test('a span beyond 400 days is refused', async () => {
    const reading = readChanges(new MemoryTable(), 0, midnight);
    await expect(reading).rejects.toMatchObject({ name: 'Refusal', code: 'span_too_long' });
  });
});

describe('a suppression', () => {
  const order = { digest: 'digest', reason: 'unsubscribed', at: midnight } as const;

  test('is found, listed and told to running bursts once it resolves', async () => {
    const table = new MemoryTable();
    await suppress(table, { ...order, burst: 'b' }, 'change');
    expect(await findSuppression(table, 'digest')).toStrictEqual({ ...order, burst: 'b' });
    expect(await listSuppressed(table)).toEqual(new Set(['digest']));
    const [told] = await readChanges(table, midnight, midnight);
    expect(told).toMatchObject({ id: 'change', digest: 'digest', reason: 'unsubscribed' });
    expect(await findSuppression(table, 'other')).toBeUndefined();
    expect(await findSuppression(table, 'diges')).toBeUndefined();
  });

  test('an event that arrives late is told at the time it is written', async () => {
    const table = new MemoryTable();
    const writtenAt = midnight + 3_600_000;
    await suppress(table, { ...order, reason: 'complained' }, 'change', () => writtenAt);
    expect(await readChanges(table, writtenAt, writtenAt)).toHaveLength(1);
    expect((await findSuppression(table, 'digest'))?.at).toBe(midnight);
  });

  test('the weightiest of several reasons is told; one does not replace another', async () => {
    const table = new MemoryTable();
    await suppress(table, order, 'a');
    await suppress(table, { ...order, reason: 'bounced', at: midnight + 1 }, 'b');
    expect((await findSuppression(table, 'digest'))?.reason).toBe('unsubscribed');
    await suppress(table, { ...order, reason: 'erased', at: midnight + 2 }, 'c');
    expect((await findSuppression(table, 'digest'))?.reason).toBe('erased');
  });

  test('is appended to the change log first: when that fails there is no order', async () => {
    const memory = new MemoryTable();
    const table = faultyTable(memory, { puts: ['refused'] });
    await expect(suppress(table, order, 'a')).rejects.toMatchObject({ code: 'store_refused' });
    expect(memory.snapshot()).toEqual([]);
    const half = faultyTable(memory, { puts: ['none', 'refused'] });
    await expect(suppress(half, order, 'a')).rejects.toMatchObject({ code: 'store_refused' });
    expect(await readChanges(memory, midnight, midnight)).toHaveLength(1);
    await suppress(memory, order, 'a');
    expect(await readChanges(memory, midnight, midnight)).toHaveLength(1);
    expect(await findSuppression(memory, 'digest')).toBeDefined();
  });

  test('whoever slept over an entry or an order writes the entry again, for all who read on', async () => {
    const overnight = 8 * 3_600_000;
    for (const sleepsAt of [0, 1]) {
      let now = midnight;
      let puts = 0;
      const memory = new MemoryTable();
      const table: Table = {
        get: (key, options) => memory.get(key, options),
        query: (query) => memory.query(query),
        update: (key, change) => memory.update(key, change),
        delete: (key) => memory.delete(key),
        put: async (item, condition) => {
          const written = await memory.put(item, condition);
          if (puts === sleepsAt) now += overnight;
          puts += 1;
          return written;
        },
      };
      await suppress(table, order, 'a', () => now);
      const since = now - limits.changeLogOverlapMs;
      expect(await readChanges(memory, since, now)).toHaveLength(1);
      expect(await readChanges(memory, midnight, since)).toHaveLength(1);
    }
  });

  test('whoever slept over the order of a link writes the entry again', async () => {
    const overnight = 8 * 3_600_000;
    for (const sleepsAt of [0, 1]) {
      let now = midnight;
      let puts = 0;
      const memory = new MemoryTable();
      const table: LeavingTable = {
        get: (key, options) => memory.get(key, options),
        putIfAbsent: async (item) => {
          const written = await memory.put(item, { kind: 'item_absent' });
          if (puts === sleepsAt) now += overnight;
          puts += 1;
          return written;
        },
      };
      await suppressByLink(table, { digest: 'd', burst: 'b', ordinal: 1, now: () => now });
      const since = now - limits.changeLogOverlapMs;
      expect(await readChanges(memory, since, now)).toHaveLength(1);
    }
  });

  test('a thousand are listed for a fraction of a read unit each', async () => {
    const table = new MemoryTable();
    for (let index = 0; index < 1_000; index += 1) {
      await suppress(table, { ...order, digest: `digest-${index}` }, `c${index}`);
    }
    table.meter.reset();
    expect((await listSuppressed(table)).size).toBe(1_000);
    expect(table.meter.readUnits).toBeLessThan(60);
  });
});
