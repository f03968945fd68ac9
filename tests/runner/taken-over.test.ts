import { expect, test } from 'vitest';
import type { EntryOutcome } from '#domain/window-record.ts';
import { loadManifestChunk, saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import { MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

/** A list of 60 whose runner dies with its first call under way. */
async function dyingWorld(): Promise<World> {
  const world = new World(START);
  await world.addReaders('members', 60);
  await world.plan({ burst: 'one', at: T });
  world.onCall = async () => {
    world.onCall = async () => undefined;
    world.crash();
  };
  return world;
}

function ordinalsCalled(world: World): number[] {
  return world.called('one').map(({ ordinal }) => ordinal);
}

test('a record of an older window, which its owner closed without it, says nothing of a new one', async () => {
  const world = await dyingWorld();
  const outcomes = Array.from(
    { length: 10 },
    (_, ordinal): EntryOutcome => ({ ordinal, state: 'in_doubt', reason: 'holder_lost' }),
  );
  const older = { burst: 'one', lane: 0, leg: 'email', from: 0, to: 10, epoch: 0, attempt: 1 };
  const record = { ...older, revision: 0, nonce: 'n', recordedAt: START, outcomes };
  await saveWindowRecord(world.table, undefined, record, 'n');
  await world.run(T + 5 * MINUTE);
  const called = ordinalsCalled(world);
  expect(new Set(called).size).toBe(called.length);
  expect(await world.outcomes('one')).toHaveLength(60);
});

test('whoever takes a window over writes the lane before it says a word about the window', async () => {
  const world = await dyingWorld();
  const written: string[] = [];
  const put = world.table.put.bind(world.table);
  world.table.put = (item, condition) => {
    written.push(`${item.pk} ${item.sk}`);
    return put(item, condition);
  };
  await world.run(T + 5 * MINUTE);
  const [record] = await listWindowRecords(world.table, 'one');
  expect(record?.outcomes.every(({ reason }) => reason === 'holder_lost')).toBe(true);
  const recorded = written.findIndex((key) => key.startsWith('B#one D#'));
  expect(recorded).toBeGreaterThan(0);
  expect(written[recorded - 1]).toBe('B#one#W#0 #');
});

test('a list frozen for other content, stored by whoever slept until the burst was out, is sent to nobody', async () => {
  const world = await dyingWorld();
  await world.run(T + MINUTE / 2);
  const called = ordinalsCalled(world).length;
  const head = await world.head('one');
  // A runner of an edit that was taken back: it had read the head before the edit, and writes now.
  const late = { ...head, freeze: 'late', contentHash: 'of-the-edit' };
  const members = await loadManifestChunk(world.table, 'one', head.freeze, 0);
  await saveManifestChunk(world.table, 'one', 'late', 0, members);
  await saveManifestHead(world.table, head, late, 'late');
  await world.run(T + 5 * MINUTE);
  expect(called).toBeGreaterThan(0);
  expect(ordinalsCalled(world)).toHaveLength(called);
  expect(world.warnings).toContain('not_prepared');
});
