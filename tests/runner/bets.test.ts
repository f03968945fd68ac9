import { describe, expect, test } from 'vitest';
import { allocateWave } from '#commands/allocate-wave.ts';
import type { CommandContext } from '#commands/context.ts';
import { counters, type Tally, waveRow } from '#domain/tally.ts';
import { buildReport } from '#feedback/build-report.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { loadCounted, saveCounted } from '#store/tallies.ts';
import { HOUR, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const planned = [
  { call: 'trial', weight: 1 },
  { call: 'demo', weight: 1 },
];

async function worldWith(waves: object[], count = 1_000): Promise<World> {
  const world = new World(START);
  await world.addReaders('members', count);
  await world.plan({ burst: 'one', at: T, legs: [{ waves, allocation: planned }] });
  return world;
}

/** What became of a wave, as recording would have folded it. */
async function answer(world: World, rows: Record<string, [exposed: number, clicked: number]>) {
  const tally: Record<string, number[]> = {};
  for (const [row, [exposed, clicked]] of Object.entries(rows)) {
    const counts = counters.map(() => 0);
    counts[counters.indexOf('exposed')] = exposed;
    counts[counters.indexOf('uniqueHuman')] = clicked;
    tally[row] = counts;
  }
  const previous = await loadCounted(world.table, 'one');
  const roots = { o: { revision: 1, tally: tally as Tally } };
  await saveCounted(world.table, 'one', previous, { revision: 0, nonce: '', roots }, 'n');
}

const row = (call: string, wave: number) => waveRow(`email/${call}`, wave);

async function waveOf(world: World, index: number) {
  const head = await loadManifestHead(world.table, 'one');
  return head?.legs[0]?.waves?.[index];
}

function callsOf(world: World, from: number) {
  const called = world.called('one').filter(({ ordinal }) => ordinal >= from);
  return new Set(called.map(({ call }) => call));
}

describe('test and roll', () => {
  test('the rest gets the call that did best, and what it was based on is kept', async () => {
    const world = await worldWith([{ share: 0.2 }, { bet: 'roll', afterMs: 3 * HOUR }]);
    await world.run(T + HOUR);
    expect(world.called('one')).toHaveLength(200);
    await answer(world, { [row('trial', 0)]: [100, 3], [row('demo', 0)]: [100, 9] });
    await world.run(T + 5 * HOUR);
    expect(world.called('one')).toHaveLength(1_000);
    expect(callsOf(world, 200)).toEqual(new Set(['demo']));
    expect(await waveOf(world, 1)).toMatchObject({
      allocation: [
        { call: 'trial', weight: 0 },
        { call: 'demo', weight: 1 },
      ],
      bet: {
        kind: 'roll',
        seen: [
          { call: 'trial', n: 100, s: 3 },
          { call: 'demo', n: 100, s: 9 },
        ],
      },
    });
    const report = await buildReport(world.table, await world.load('one'), world.now());
    expect(report.legs[0]?.bets).toEqual([
      expect.objectContaining({
        wave: 2,
        kind: 'roll',
        shares: [{ call: 'demo', share: 1 }],
        words:
          'Wave 2 was a bet, all to "Look", on what had been answered by then: "Start" 3 of 100, "Look" 9 of 100. A bet loses little; it claims nothing.',
      }),
    ]);
  });

  test('the size of the test follows from the list', async () => {
    const waves = [{ test: { rate: 0.02, spread: 0.02 } }, { bet: 'roll', afterMs: 3 * HOUR }];
    const world = await worldWith(waves, 2_000);
    await world.run(T + HOUR);
    // n* = 124.03 an arm for N = 2000, s = 0.14, sigma = 0.02 (S18).
    expect(world.called('one')).toHaveLength(250);
  });

  test('where nobody answered, the rest leaves as planned', async () => {
    const world = await worldWith([{ share: 0.2 }, { bet: 'roll', afterMs: 3 * HOUR }]);
    await world.run(T + 5 * HOUR);
    expect(world.called('one')).toHaveLength(1_000);
    expect(callsOf(world, 200)).toEqual(new Set(['trial', 'demo']));
    expect(await waveOf(world, 1)).toMatchObject({
      allocation: planned,
      bet: { reason: 'nobody_answered' },
    });
  });

  test('a stop holds the bet; a person may make it early, on what is answered by then', async () => {
    const world = await worldWith([{ share: 0.2 }, { bet: 'roll', afterMs: 30 * HOUR }]);
    await world.run(T + HOUR);
    await answer(world, { [row('trial', 0)]: [100, 12], [row('demo', 0)]: [100, 2] });
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'wait' });
    const context = {
      table: world.table,
      clock: world.clock,
      entropy: { id: () => 'mark', fraction: () => 0.5 },
      principal: { name: 'ana', scopes: new Set(['operator']) },
      startRunner: async () => undefined,
    } as unknown as CommandContext;
    const bet = await allocateWave(context, { burst: 'one', leg: 'email' });
    expect(bet.allocation).toEqual([
      { call: 'trial', weight: 1 },
      { call: 'demo', weight: 0 },
    ]);
    await world.run(T + 2 * HOUR);
    expect(world.called('one')).toHaveLength(200);
    await world.order('one', { kind: 'resume', now: world.now() });
    await world.run(T + 3 * HOUR);
    expect(callsOf(world, 200)).toEqual(new Set(['trial']));
  });
});

test('waves follow what the waves before them answered, each stored before it leaves', async () => {
  const world = await worldWith([
    { share: 0.2 },
    { share: 0.2, bet: 'best', afterMs: 2 * HOUR },
    { bet: 'best', afterMs: 4 * HOUR },
  ]);
  await world.run(T + HOUR);
  await answer(world, { [row('trial', 0)]: [100, 5], [row('demo', 0)]: [100, 8] });
  await world.run(T + 3 * HOUR);
  const second = await waveOf(world, 1);
  expect(second?.bet).toMatchObject({ kind: 'best', reason: 'chance_of_being_best' });
  const [trial, demo] = second?.allocation ?? [];
  expect(demo?.weight).toBeGreaterThan(trial?.weight ?? 1);
  expect(trial?.weight).toBeGreaterThan(0);
  expect(callsOf(world, 200)).toEqual(new Set(['trial', 'demo']));
  await answer(world, {
    [row('trial', 0)]: [100, 5],
    [row('demo', 0)]: [100, 30],
    [row('trial', 1)]: [20, 1],
    [row('demo', 1)]: [180, 50],
  });
  await world.run(T + 6 * HOUR);
  expect(await waveOf(world, 2)).toMatchObject({
    bet: { reason: 'less_than_one_conversion_at_stake', seen: [{ n: 120 }, { n: 280 }] },
  });
  expect(world.called('one')).toHaveLength(1_000);
  expect(callsOf(world, 400)).toEqual(new Set(['demo']));
});
