import { describe, expect, test } from 'vitest';
import { countAwaits, RECOVERIES, runHistories, STRIKES } from './exhaustive.ts';
import { naiveTick } from './naive-runner.ts';
import { emptyTally, runSeed } from './run-seeds.ts';
import { runWorld } from './world.ts';

describe('a simulated world', () => {
  test('leaves the same trace when its seed runs twice', async () => {
    for (const seed of [1, 7, 4_000_000_000]) {
      const [one, other] = [await runWorld({ seed }), await runWorld({ seed })];
      expect(other.traceHash).toBe(one.traceHash);
      expect(other.steps).toBe(one.steps);
    }
  });

  test('leaves another trace for another seed', async () => {
    const hashes = new Set<string>();
    for (const seed of [1, 2, 3, 4]) hashes.add((await runWorld({ seed })).traceHash);
    expect(hashes.size).toBe(4);
  });

  test('has at least 200 people, and four classes of faults on average', async () => {
    const tally = emptyTally();
    for (let seed = 500; seed < 540; seed += 1) {
      const { recipients } = await runSeed(seed, tally);
      expect(recipients).toBeGreaterThanOrEqual(200);
    }
    expect(tally.faultClasses / tally.seeds).toBeGreaterThanOrEqual(4);
  });
});

describe('a world whose code breaks the rules', () => {
  test('tells when it reads the clock of the machine', async () => {
    const { violations } = await runWorld({
      seed: 1,
      subject: async () => {
        Date.now();
      },
    });
    expect(violations.map((one) => one.invariant)).toContain('PURE');
  });

  test('tells when it leaves a rejection to nobody', async () => {
    const { violations } = await runWorld({
      seed: 1,
      subject: async () => {
        void Promise.reject(new Error('left alone'));
      },
    });
    expect(violations.map((one) => one.invariant)).toContain('CALM');
  });

  test('comes to its end although its runner never does anything', async () => {
    const { steps } = await runWorld({ seed: 1, subject: () => Promise.resolve() });
    expect(steps).toBeLessThan(20_000);
  });
});

describe('the runner', () => {
  test('breaks no promise in a hundred worlds', async () => {
    const tally = emptyTally();
    for (let seed = 1; seed <= 100; seed += 1) await runSeed(seed, tally);
    expect(tally.failures).toEqual([]);
  }, 120_000);

  test.each(RECOVERIES)(
    'breaks none at any await of a small world: %s',
    async (recovery) => {
      const awaits = await countAwaits(recovery);
      const indexes = Array.from({ length: awaits }, (_, index) => index);
      const { histories, broken } = await runHistories(recovery, indexes);
      expect(histories).toBe(awaits * STRIKES.length);
      expect(broken).toEqual([]);
    },
    120_000,
  );
});

describe('a sender that sends and then writes it down', () => {
  test('is caught within ten seeds', async () => {
    let caughtBy: number | undefined;
    for (let seed = 1; seed <= 10 && caughtBy === undefined; seed += 1) {
      const { violations } = await runWorld({ seed, subject: naiveTick });
      if (violations.some((one) => one.invariant === 'V1')) caughtBy = seed;
    }
    expect(caughtBy).toBeLessThanOrEqual(10);
  });
});
