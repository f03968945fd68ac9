import { expect, test } from 'vitest';
import { closeAndClaim } from '#domain/lane.ts';
import { listLanes, loadLane, saveLane } from '#store/lanes.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { lane } from './examples.ts';

test('a lane is read back as it was', async () => {
  const table = new MemoryTable();
  const item = { ...lane, revision: 1, nonce: 'a' };
  expect(await saveLane(table, undefined, lane, 'a')).toEqual({ kind: 'saved', item });
  expect(await loadLane(table, lane.burst, lane.lane)).toStrictEqual(item);
  expect(await loadLane(table, lane.burst, 0)).toBeUndefined();
});

test('lanes are listed by number; one that was not laid yet is left out', async () => {
  const table = new MemoryTable();
  for (const number of [11, 2, 0]) await saveLane(table, undefined, { ...lane, lane: number }, 'a');
  const lanes = await listLanes(table, lane.burst, 12);
  expect(lanes.map((one) => one.lane)).toEqual([0, 2, 11]);
  expect((await listLanes(table, lane.burst, 11)).map((one) => one.lane)).toEqual([0, 2]);
});

test('closing one window and claiming the next costs one write unit and no read', async () => {
  const table = new MemoryTable();
  let current = { ...lane, revision: 0 };
  for (let window = 0; window < 20; window += 1) {
    const before = window === 0 ? undefined : current;
    const next = closeAndClaim(current, { epoch: 2, size: 5, now: window, excepted: 0 });
    const saved = await saveLane(table, before, next, `w-${window}`);
    if (saved.kind === 'lost') throw new Error('lost');
    current = saved.item;
  }
  expect(table.meter.of('lane')).toEqual({ readUnits: 0, writeUnits: 20 });
});
