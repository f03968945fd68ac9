import { expect, test } from 'vitest';
import { countState } from '#domain/window-record.ts';
import { listWindowRecords, loadWindowRecord, saveWindowRecord } from '#store/window-records.ts';
import { HOUR, MINUTE, World } from './world.ts';

const T = Date.parse('2027-03-04T14:00:00Z');

test('whoever failed again and again is called once more, though another writes the record meanwhile', async () => {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', 40);
  await world.plan({ burst: 'one', at: T });
  let failed = 0;
  world.onCall = async ({ addressees }) => {
    const outcomes = addressees.map(({ ordinal }) => {
      if (ordinal !== 3 || failed === 5) return { kind: 'accepted' as const };
      failed += 1;
      return { kind: 'throttled' as const, why: 'passing' as const, reason: 'busy' };
    });
    return { kind: 'answered', outcomes };
  };
  const put = world.table.put.bind(world.table);
  let rivals = 0;
  world.table.put = async (item, condition) => {
    if (String(item.outcomes).includes('called_again') && rivals === 0) {
      rivals += 1;
      const stored = await loadWindowRecord(world.table, 'one', 0, 0);
      world.table.put = put;
      if (stored) await saveWindowRecord(world.table, stored, { ...stored }, `rival-${rivals}`);
    }
    return put(item, condition);
  };
  await world.run(T + HOUR);
  expect(rivals).toBe(1);
  const records = await listWindowRecords(world.table, 'one');
  expect(countState(records, 'not_called')).toBe(0);
  expect((await world.load('one')).legs[0]?.state).toBe('sent');
});
