import { expect, test } from 'vitest';
import type { EntryOutcome } from '#domain/window-record.ts';
import { HOUR, MINUTE, World } from './world.ts';

/** 23:00 in Tokyo. */
const T = Date.parse('2027-03-04T14:00:00Z');
const MORNING = Date.parse('2027-03-04T23:00:00Z');
const quietHours = { from: '21:00', to: '08:00', inside: 'release_after' as const };

const statesOf = (outcomes: readonly EntryOutcome[]) => new Set(outcomes.map((one) => one.state));

test('whoever was kept for hours is in doubt as long after a lost answer as anybody else', async () => {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', 20, () => 'Asia/Tokyo');
  await world.plan({ burst: 'one', at: T, legs: [{ quietHours, deadlineMs: 12 * HOUR }] });
  world.onCall = async () => ({ kind: 'unknown', reason: 'reset' });
  await world.run(MORNING + 25 * MINUTE);
  expect(world.called('one')).toHaveLength(20);
  expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['in_doubt']));
  await world.run(MORNING + 35 * MINUTE);
  expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['unproven']));
});
