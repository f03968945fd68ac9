import { beforeEach, describe, expect, test } from 'vitest';
import type { Attribute } from '#domain/ports.ts';
import { sizeOf } from '#store/item-size.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { readUnitsOf, writeUnitsOf } from '#store/unit-meter.ts';

const key = { pk: 'B#b', sk: '#' };
const keyBytes = 'pk'.length + 'B#b'.length + 'sk'.length + '#'.length;

/** An item of exactly this size. */
function sized(bytes: number, more: { [name: string]: Attribute } = {}) {
  const bare = sizeOf({ ...key, ...more, x: '' });
  return { ...key, ...more, x: 'x'.repeat(bytes - bare) };
}

describe('the size of an item', () => {
  test.each<{ what: string; value: Attribute; bytes: number }>([
    { what: 'text is its UTF-8', value: 'Zoë 😀', bytes: 9 },
    { what: 'no text', value: '', bytes: 0 },
    { what: 'zero', value: 0, bytes: 2 },
    { what: 'one digit', value: 7, bytes: 2 },
    { what: 'two digits for a byte', value: 12_345, bytes: 4 },
    { what: 'zeros at the end are free', value: 1_000_000, bytes: 2 },
    { what: 'zeros at the start are free', value: 0.00012, bytes: 2 },
    { what: 'a sign is a byte', value: -12, bytes: 3 },
    { what: 'an exponent is free', value: 1.25e-99, bytes: 3 },
    { what: 'an instant', value: 1_793_736_000_123, bytes: 8 },
    { what: 'true', value: true, bytes: 1 },
    { what: 'null', value: null, bytes: 1 },
    { what: 'bytes', value: new Uint8Array(10), bytes: 10 },
    { what: 'an empty list', value: [], bytes: 3 },
    { what: 'a list', value: ['ab', 1], bytes: 3 + 1 + 2 + 1 + 2 },
    { what: 'an empty map', value: {}, bytes: 3 },
    { what: 'a map', value: { ab: 'c' }, bytes: 3 + 1 + 2 + 1 },
  ])('$what', ({ value, bytes }) => {
    expect(sizeOf({ ...key, ä: value })).toBe(keyBytes + 2 + bytes);
  });
});

describe('units', () => {
  let table: MemoryTable;

  beforeEach(() => {
    table = new MemoryTable();
  });

  async function unitsOf(act: () => Promise<unknown>) {
    table.meter.reset();
    await act();
    const { readUnits, writeUnits } = table.meter;
    return { read: readUnits, write: writeUnits };
  }

  test('a write unit for every started kilobyte, a read unit for every started four', () => {
    expect([0, 1, 1_024, 1_025, 409_600].map(writeUnitsOf)).toEqual([1, 1, 1, 2, 400]);
    expect([0, 4_096, 4_097].map((bytes) => readUnitsOf(bytes, true))).toEqual([1, 1, 2]);
    expect([0, 4_096, 4_097].map((bytes) => readUnitsOf(bytes, false))).toEqual([0.5, 0.5, 1]);
  });

  test('a put costs the larger of what it finds and what it leaves', async () => {
    expect(await unitsOf(() => table.put(sized(1_024)))).toEqual({ read: 0, write: 1 });
    expect(await unitsOf(() => table.put(sized(1_025)))).toEqual({ read: 0, write: 2 });
    expect(await unitsOf(() => table.put(sized(5_000)))).toEqual({ read: 0, write: 5 });
    expect(await unitsOf(() => table.put(sized(100)))).toEqual({ read: 0, write: 5 });
    expect(await unitsOf(() => table.put(sized(100)))).toEqual({ read: 0, write: 1 });
  });

  test('an update costs the whole item, a delete what it removes', async () => {
    await table.put(sized(3_000));
    expect(await unitsOf(() => table.update(key, { set: { y: 1 } }))).toEqual({
      read: 0,
      write: 3,
    });
    expect(await unitsOf(() => table.delete(key))).toEqual({ read: 0, write: 3 });
    expect(await unitsOf(() => table.delete(key))).toEqual({ read: 0, write: 1 });
  });

  test('a failed condition costs the item as it stands', async () => {
    const absent = { kind: 'item_absent' } as const;
    const present = { kind: 'item_present' } as const;
    expect(await unitsOf(() => table.put(sized(9_000), present))).toEqual({ read: 0, write: 1 });
    await table.put(sized(2_500));
    expect(await unitsOf(() => table.put(sized(9_000), absent))).toEqual({ read: 0, write: 3 });
    expect(await unitsOf(() => table.delete(key, absent))).toEqual({ read: 0, write: 3 });
  });

  test('a get costs its size, an absent item the least', async () => {
    await table.put(sized(4_097));
    const get = (consistent: boolean) => unitsOf(() => table.get(key, { consistent }));
    expect(await get(true)).toEqual({ read: 2, write: 0 });
    expect(await get(false)).toEqual({ read: 1, write: 0 });
    await table.delete(key);
    expect(await get(true)).toEqual({ read: 1, write: 0 });
    expect(await get(false)).toEqual({ read: 0.5, write: 0 });
  });

  test('a query adds the sizes up before it rounds', async () => {
    for (let index = 0; index < 10; index += 1) {
      await table.put({ ...sized(1_000), sk: String(index) });
    }
    const query = (more: object) => unitsOf(() => table.query({ pk: key.pk, ...more }));
    expect(await query({ consistent: true })).toEqual({ read: 3, write: 0 });
    expect(await query({})).toEqual({ read: 1.5, write: 0 });
    expect(await query({ limit: 5, consistent: true })).toEqual({ read: 2, write: 0 });
    expect(await query({ from: 'x' })).toEqual({ read: 0.5, write: 0 });
  });

  test('an index costs a unit to enter, two to move, one to leave and none to stay', async () => {
    const due = { dueShard: '0', wakeAt: 5 };
    const put = (item: object) => unitsOf(() => table.put({ ...key, ...item }));
    expect((await put(due)).write).toBe(2);
    expect((await put({ ...due, state: 'other' })).write).toBe(1);
    expect((await put({ ...due, wakeAt: 6 })).write).toBe(3);
    expect((await put({ ...due, wakeAt: 6, month: '2026-11', momentAt: 6 })).write).toBe(2);
    expect((await put({ wakeAt: 6 })).write).toBe(3);
    expect((await put({ wakeAt: 7 })).write).toBe(1);
  });

  test('kinds are metered apart and add up', async () => {
    await table.put({ pk: 'B#b', sk: '#', dueShard: '0', wakeAt: 1 });
    await table.put({ pk: 'B#b', sk: 'L#post' });
    await table.put({ pk: 'B#b', sk: 'D#0#0' });
    await table.put({ pk: 'B#b#W#0', sk: '#' });
    await table.put({ pk: 'B#b#M', sk: '#' });
    await table.get({ pk: 'B#b#F#clicked', sk: '0' });
    await table.query({ index: 'due', pk: '0' });
    await table.query({ pk: 'B#b', from: 'L#', to: 'L#~', consistent: true });
    await table.query({ pk: 'V#2026-11-03#0', consistent: true });
    expect(table.meter.byKind()).toEqual({
      change: { readUnits: 1, writeUnits: 0 },
      due: { readUnits: 0.5, writeUnits: 0 },
      facts: { readUnits: 0.5, writeUnits: 0 },
      header: { readUnits: 0, writeUnits: 2 },
      lane: { readUnits: 0, writeUnits: 1 },
      leg: { readUnits: 1, writeUnits: 1 },
      manifest: { readUnits: 0, writeUnits: 1 },
      window_record: { readUnits: 0, writeUnits: 1 },
    });
    expect(table.meter).toMatchObject({ readUnits: 3, writeUnits: 6 });
    expect(table.meter.of('never')).toEqual({ readUnits: 0, writeUnits: 0 });
  });

  test('a table made from a snapshot holds the same, indexes too, and has cost nothing', async () => {
    await table.put({ ...sized(100), dueShard: '0', wakeAt: 1 });
    await table.put({ pk: 'A', sk: 'z' });
    const twin = new MemoryTable(table.snapshot());
    expect(twin.meter).toMatchObject({ readUnits: 0, writeUnits: 0 });
    expect(twin.snapshot()).toEqual(table.snapshot());
    expect(twin.snapshot().map((item) => item.pk)).toEqual(['A', 'B#b']);
    expect((await twin.query({ index: 'due', pk: '0' })).items).toHaveLength(1);
    await twin.put({ pk: 'A', sk: 'z', changed: true });
    expect(await table.get({ pk: 'A', sk: 'z' })).toEqual({ pk: 'A', sk: 'z' });
  });
});
