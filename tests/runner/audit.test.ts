// What runners do to a burst stands in its audit log, once, whoever dies on the way.

import { expect, test } from 'vitest';
import type { Table } from '#domain/ports.ts';
import { tick } from '#runner/tick.ts';
import { listAudit } from '#store/audit-log.ts';
import { fates, RunnerWorld } from './runner-world.ts';

async function logOf(world: RunnerWorld) {
  const entries = await listAudit(world.table, world.burst);
  expect(entries.map(({ previous }) => previous)).toEqual([
    ...(entries.length > 0 ? [''] : []),
    ...entries.slice(0, -1).map(({ hash }) => hash),
  ]);
  return entries.map(({ what, after }) => {
    const { reason } = (after ?? {}) as { reason?: string };
    return reason === undefined ? what : `${what}: ${reason}`;
  });
}

test('armed, released, each leg, measuring: one entry each, by the runner', async () => {
  const world = await RunnerWorld.open({ recipients: 50, perSecond: 100 });
  await world.tick();
  expect(await logOf(world)).toEqual(['armed', 'released', 'leg supporters sent', 'measuring']);
  const entries = await listAudit(world.table, world.burst);
  expect(new Set(entries.map(({ by }) => by))).toEqual(new Set(['runner']));
  expect(entries[1]?.at).toBeGreaterThanOrEqual(world.momentAt - 2_000);
});

test('a stop by the breaker stands there with its reason', async () => {
  const world = await RunnerWorld.open({ recipients: 6_000, perSecond: 100, fateOf: fates(0.3) });
  await world.tick();
  expect(await logOf(world)).toContain('stopped: breaker_bounces');
});

test('a burst that was missed says so', async () => {
  const world = await RunnerWorld.open({ recipients: 5, perSecond: 100 });
  await world.clock.sleep(3 * 3_600_000);
  await world.tick();
  expect(await logOf(world)).toContain('missed: deadline_passed');
});

test('what a dead runner had no time to write is written by the next one, once', async () => {
  const world = await RunnerWorld.open({ recipients: 400, perSecond: 100 });
  let isAlive = true;
  // The log cannot be reached, and half-way through the sending nothing can.
  const table: Table = {
    ...methodsOf(world.table),
    put: async (item, condition) => {
      if (!isAlive || String(item.sk).startsWith('E#')) throw new Error('no answer');
      return world.table.put(item, condition);
    },
  };
  const dying = tick(
    { ...world.ports, table },
    { holder: 'first', until: world.clock.now() + 600_000, burst: world.burst },
  );
  await world.clock.sleepUntil(world.momentAt + 1_500);
  isAlive = false;
  await dying;
  expect(await logOf(world)).toEqual([]);
  await world.clock.sleep(60_000);
  await world.tick();
  await world.tick();
  const log = await logOf(world);
  expect(log.slice(0, 3)).toEqual(['armed', 'released', 'taken over while releasing']);
  expect(log.slice(3)).toEqual(['leg supporters sent', 'measuring']);
  expect((await world.header()).deeds).toBeUndefined();
});

function methodsOf(table: Table): Table {
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put: (item, condition) => table.put(item, condition),
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}
