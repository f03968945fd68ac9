import { beforeEach, describe, expect, test } from 'vitest';
import type { Burst } from '#domain/burst.ts';
import { createBurst, dueBursts, listBursts, loadBurst, saveBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { burst, momentAt } from './examples.ts';

let table: MemoryTable;

beforeEach(() => {
  table = new MemoryTable();
});

async function created(changes: Partial<Burst> = {}): Promise<Burst> {
  const saved = await createBurst(table, { ...burst, ...changes }, 'created');
  if (saved.kind === 'lost') throw new Error('exists');
  return saved.item;
}

test('a burst is created once and read back as it was', async () => {
  const item = { ...burst, revision: 1, nonce: 'a' };
  expect(await createBurst(table, burst, 'a')).toEqual({ kind: 'saved', item });
  expect(await loadBurst(table, burst.id)).toStrictEqual(item);
  expect(await createBurst(table, burst, 'b')).toEqual({ kind: 'lost', current: item });
  expect(await loadBurst(table, 'another')).toBeUndefined();
});

test('of two orders over one state the second is lost', async () => {
  const before = await created();
  const fired = await saveBurst(table, before, { ...before, epoch: 1 }, 'fire');
  const stopped = await saveBurst(table, before, { ...before, state: 'cancelled' }, 'stop');
  expect([fired.kind, stopped.kind]).toEqual(['saved', 'lost']);
  expect((await loadBurst(table, burst.id, { consistent: true }))?.state).toBe('scheduled');
});

describe('what is due', () => {
  test('bursts come soonest first, from all pages, up to the instant asked for', async () => {
    for (let index = 0; index < 9; index += 1) {
      await created({ id: `b-${index}`, momentAt: momentAt + ((index * 5) % 9) * 1_000, legs: [] });
    }
    expect(await dueBursts(table, momentAt + 2_000)).toEqual(['b-0', 'b-2', 'b-4']);
    expect(await dueBursts(table, momentAt - 1)).toEqual([]);
  });

  test('the first leg wakes a burst, not its moment', async () => {
    await created();
    expect(await dueBursts(table, momentAt - 1_001)).toEqual([]);
    expect(await dueBursts(table, momentAt - 1_000)).toEqual([burst.id]);
  });

  test('a burst for which nothing will happen leaves the index', async () => {
    const before = await created();
    await saveBurst(table, before, { ...before, state: 'cancelled' }, 'cancel');
    expect(await dueBursts(table, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  test('a heartbeat costs one write unit: the index does not move', async () => {
    const before = await created({ holder: 'runner', leaseUntil: momentAt });
    table.meter.reset();
    await saveBurst(table, before, { ...before, leaseUntil: momentAt + 15_000 }, 'beat');
    expect(table.meter.byKind()).toEqual({ header: { readUnits: 0, writeUnits: 1 } });
  });
});

describe('the calendar', () => {
  test('lists the bursts of a month by moment', async () => {
    await created({ id: 'late', momentAt: Date.UTC(2026, 10, 30, 23, 59, 59, 999) });
    await created({ id: 'early', momentAt: Date.UTC(2026, 10, 1) });
    await created({ id: 'december', momentAt: Date.UTC(2026, 11, 1) });
    const { momentAt: _unknown, ...standby } = burst;
    await createBurst(table, { ...standby, id: 'someday', state: 'standby' }, 'a');
    const ids = async (month: string) => (await listBursts(table, month)).map((one) => one.id);
    expect(await ids('2026-11')).toEqual(['early', 'late']);
    expect(await ids('2026-12')).toEqual(['december']);
    expect(await ids('2027-01')).toEqual([]);
  });

  test('a burst that lost its moment leaves it', async () => {
    const before = await created();
    const { momentAt: _gone, ...next } = before;
    await saveBurst(table, before, { ...next, state: 'standby' }, 'standby');
    expect(await listBursts(table, '2026-11')).toEqual([]);
  });
});

test('a burst of newer code is refused by name, even where its shape is unknown', async () => {
  await created();
  const item = await table.get({ pk: 'B#polls-close', sk: '#' });
  if (item) await table.put({ ...item, schemaVersion: 2, shape: 'new' });
  const fault = { name: 'Fault', code: 'schema_too_new', retryable: false };
  await expect(loadBurst(table, burst.id)).rejects.toMatchObject(fault);
});
