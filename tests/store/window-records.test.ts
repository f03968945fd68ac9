import { describe, expect, test } from 'vitest';
import type { EntryOutcome } from '#domain/window-record.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { groupsOf, outcomesOf } from '#store/outcome-groups.ts';
import { listWindowRecords, loadWindowRecord, saveWindowRecord } from '#store/window-records.ts';
import { record } from './examples.ts';

test('a record is read back as it was', async () => {
  const table = new MemoryTable();
  const item = { ...record, revision: 1, nonce: 'a' };
  expect(await saveWindowRecord(table, undefined, record, 'a')).toEqual({ kind: 'saved', item });
  expect(await loadWindowRecord(table, record.burst, 3, 600)).toStrictEqual(item);
  expect(await loadWindowRecord(table, record.burst, 3, 700)).toBeUndefined();
});

test('records are listed by lane and ordinal, as numbers', async () => {
  const table = new MemoryTable();
  const places = [
    { lane: 10, from: 5 },
    { lane: 2, from: 1_000 },
    { lane: 2, from: 900 },
  ];
  for (const place of places) {
    await saveWindowRecord(table, undefined, { ...record, ...place, outcomes: [] }, 'a');
  }
  await table.put({ pk: `B#${record.burst}`, sk: 'E#000000001' });
  const listed = await listWindowRecords(table, record.burst);
  expect(listed.map(({ lane, from }) => ({ lane, from }))).toEqual(places.toReversed());
});

test('a window that is in doubt as a whole costs one write unit', async () => {
  const table = new MemoryTable();
  const outcomes = Array.from({ length: 100 }, (_, index) => ({
    ordinal: 600 + index,
    state: 'in_doubt' as const,
    reason: 'ses_unanswered: the connection was reset before the answer had come',
  }));
  await saveWindowRecord(table, undefined, { ...record, outcomes }, 'a');
  expect(table.meter.of('window_record').writeUnits).toBe(1);
  const read = await loadWindowRecord(table, record.burst, 3, 600);
  expect(read?.outcomes).toEqual(outcomes);
});

test('outcomes that are no groups are corrupt', async () => {
  const table = new MemoryTable();
  await saveWindowRecord(table, undefined, record, 'a');
  const key = { pk: `B#${record.burst}`, sk: 'D#000000003#000000600' };
  await table.update(key, { set: { outcomes: '[["sent","","0"]]' } });
  const loading = loadWindowRecord(table, record.burst, 3, 600);
  await expect(loading).rejects.toMatchObject({ code: 'store_corrupt' });
});

describe('outcomes in short', () => {
  test.each<{ what: string; outcomes: EntryOutcome[]; groups: unknown }>([
    { what: 'none', outcomes: [], groups: [] },
    {
      what: 'runs and single ordinals',
      outcomes: [7, 1, 2, 3, 9].map((offset) => ({ ordinal: 100 + offset, state: 'refused' })),
      groups: [['refused', '', '1-3,7,9']],
    },
    {
      what: 'one group for each state and reason',
      outcomes: [
        { ordinal: 100, state: 'refused', reason: 'a' },
        { ordinal: 101, state: 'refused', reason: 'b' },
        { ordinal: 102, state: 'in_doubt', reason: 'a' },
        { ordinal: 103, state: 'refused', reason: 'a' },
      ],
      groups: [
        ['refused', 'a', '0,3'],
        ['refused', 'b', '1'],
        ['in_doubt', 'a', '2'],
      ],
    },
    {
      what: 'one group for each instant of release',
      outcomes: [
        { ordinal: 100, state: 'not_called', reason: 'quiet_hours', releaseAt: 1_793_736_000_000 },
        { ordinal: 101, state: 'not_called', reason: 'quiet_hours', releaseAt: 1_793_739_600_000 },
        { ordinal: 102, state: 'not_called', reason: 'quiet_hours', releaseAt: 1_793_736_000_000 },
        { ordinal: 103, state: 'not_called', reason: 'quiet_hours' },
      ],
      groups: [
        ['not_called', 'quiet_hours', '0,2', 1_793_736_000_000],
        ['not_called', 'quiet_hours', '1', 1_793_739_600_000],
        ['not_called', 'quiet_hours', '3'],
      ],
    },
  ])('$what', ({ outcomes, groups }) => {
    expect(groupsOf(outcomes, 100)).toEqual(groups);
    const ascending = outcomes.toSorted((a, b) => a.ordinal - b.ordinal);
    expect(outcomesOf(groupsOf(outcomes, 100), 100)).toEqual(ascending);
  });
});
