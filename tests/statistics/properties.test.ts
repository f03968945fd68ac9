/** What always holds: symmetry, inverses, no NaN, and the reported order of things. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocateRemaining } from '../../functions/statistics/allocate-remaining.ts';
import type { Arm } from '../../functions/statistics/arm.ts';
import { bestArm } from '../../functions/statistics/best-arm.ts';
import { betaPosterior } from '../../functions/statistics/beta-posterior.ts';
import { decide } from '../../functions/statistics/decide.ts';
import { globalSequential } from '../../functions/statistics/global-sequential.ts';
import { mantelHaenszel } from '../../functions/statistics/mantel-haenszel.ts';
import { mde } from '../../functions/statistics/mde.ts';
import { newcombeDiff } from '../../functions/statistics/newcombe-diff.ts';
import { nextAllocation } from '../../functions/statistics/next-allocation.ts';
import { pairSequential } from '../../functions/statistics/pair-sequential.ts';
import { power } from '../../functions/statistics/power.ts';
import { rateSequence } from '../../functions/statistics/rate-sequence.ts';
import { relativeUplift } from '../../functions/statistics/relative-uplift.ts';
import { sampleSize } from '../../functions/statistics/sample-size.ts';
import { shrinkAcrossChannels } from '../../functions/statistics/shrink-across-channels.ts';
import { srm } from '../../functions/statistics/srm.ts';
import { standardize } from '../../functions/statistics/standardize.ts';
import { stopTesting } from '../../functions/statistics/stop-testing.ts';
import { stratifiedSequential } from '../../functions/statistics/stratified-sequential.ts';
import { twoArmTests } from '../../functions/statistics/two-arm-tests.ts';
import { twoWayRates } from '../../functions/statistics/two-way-rates.ts';
import { valueRemaining } from '../../functions/statistics/value-remaining.ts';
import { welch } from '../../functions/statistics/welch.ts';

const runs = { numRuns: 60, seed: 7 };

/** Counts of every size, the edges often: nobody, everybody, 1e9. */
const arm: fc.Arbitrary<Arm> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(0, 1, 2, 1e9),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 0, max: 100_000 }),
    ),
    fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  )
  .map(([n, share]) => ({ n, s: Math.round(n * share) }));
const arms = fc.array(arm, { minLength: 2, maxLength: 6 });

function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(numbers);
}

describe('no NaN, whatever the counts', () => {
  const pairs: Record<string, (a: Arm, b: Arm) => unknown> = {
    pairSequential: (i, j) => pairSequential({ i, j, alpha: 0.05 }),
    stratifiedSequential: (i, j) =>
      stratifiedSequential({
        strata: [
          { i, j },
          { i: j, j: i },
        ],
      }),
    newcombeDiff: (a, b) => newcombeDiff({ a, b }),
    mantelHaenszel: (a, b) =>
      mantelHaenszel({
        strata: [
          { a, b },
          { a: b, b: a },
          { a, b: a },
        ],
      }),
    shrink: (a, b) =>
      shrinkAcrossChannels({
        strata: [
          { a, b },
          { a: b, b: a },
        ],
      }),
    twoArmTests: (a, b) => twoArmTests({ a, b }),
    rateSequence: (a) => rateSequence({ ...a, alpha: 0.05 }),
    betaPosterior: (a) => betaPosterior({ arms: [a] }),
    relativeUplift: (control, treatment) => relativeUplift({ control, treatment }),
  };
  test.each(Object.entries(pairs))('%s', (_, run) => {
    fc.assert(
      fc.property(arm, arm, (a, b) => {
        for (const value of numbers(run(a, b))) expect(value).not.toBeNaN();
      }),
      { ...runs, numRuns: 40 },
    );
  });

  const lists: Record<string, (arms: Arm[]) => unknown> = {
    bestArm: (list) => bestArm({ arms: list }),
    valueRemaining: (list) => valueRemaining({ arms: list }),
    globalSequential: (list) => globalSequential({ arms: list }),
    twoWayRates: (list) => twoWayRates({ waves: [list, list] }),
    nextAllocation: (list) => nextAllocation({ history: [list] }),
    srm: (list) => srm({ observed: list.map(({ n }) => n), weights: list.map(() => 1) }),
    standardize: (list) =>
      standardize({ strata: [{ arms: list }, { arms: list }], weights: [1, 2] }),
  };
  test.each(Object.entries(lists))('%s', (_, run) => {
    fc.assert(
      fc.property(arms, (list) => {
        for (const value of numbers(run(list))) expect(value).not.toBeNaN();
      }),
      { ...runs, numRuns: 30 },
    );
  });
});

describe('permuting the arms permutes the results', () => {
  const turned = <T>(list: readonly T[]) => [...list.slice(1), ...list.slice(0, 1)];

  test('bestArm', () => {
    fc.assert(
      fc.property(arms, (list) => {
        const one = bestArm({ arms: list });
        const other = bestArm({ arms: turned(list) });
        for (const [i, p] of turned(one.pBest).entries()) expect(other.pBest[i]).toBeCloseTo(p, 9);
        for (const [i, loss] of turned(one.expectedLoss).entries()) {
          expect(other.expectedLoss[i]).toBeCloseTo(loss, 9);
        }
        expect(one.pBest.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 11);
      }),
      runs,
    );
  });

  test('decide', () => {
    fc.assert(
      fc.property(arms, fc.boolean(), (list, finalRead) => {
        const named = list.map((one, i) => ({ id: `c${i}`, ...one }));
        const plan = { design: 'randomized' as const, maturity: 1, finalRead };
        const weights = list.map(({ n }) => n || 1);
        const one = decide({ ...plan, arms: named, weights });
        const other = decide({ ...plan, arms: turned(named), weights: turned(weights) });
        expect([other.status, other.reason, other.winner]).toEqual([
          one.status,
          one.reason,
          one.winner,
        ]);
      }),
      runs,
    );
  });

  test('pairSequential: swapping the calls inverts the ratio', () => {
    fc.assert(
      fc.property(arm, arm, (a, b) => {
        const one = pairSequential({ i: a, j: b, alpha: 0.05 });
        const other = pairSequential({ i: b, j: a, alpha: 0.05 });
        expect(other.logE).toBeCloseTo(one.logE, 7);
        if (one.ratioLo > 0) expect(other.ratioHi * one.ratioLo).toBeCloseTo(1, 9);
        else expect(other.ratioHi).toBe(Number.POSITIVE_INFINITY);
      }),
      runs,
    );
  });
});

test('the live interval excludes 1 exactly when the evidence does', () => {
  fc.assert(
    fc.property(arm, arm, (i, j) => {
      const { logE, ratioLo, ratioHi } = pairSequential({ i, j, alpha: 0.05 });
      const margin = logE - Math.log(20);
      if (Math.abs(margin) < 1e-6) return;
      expect(ratioLo > 1 || ratioHi < 1).toBe(margin > 0);
    }),
    { ...runs, numRuns: 300 },
  );
});

test('power, sampleSize and mde are inverses', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.005, max: 0.5, noNaN: true }),
      fc.double({ min: 1.05, max: 1.8, noNaN: true }),
      (p1, lift) => {
        const { n } = sampleSize({ p1, p2: p1 * lift, alpha: 0.04, power: 0.8 });
        expect(power({ n, p1, p2: p1 * lift, alpha: 0.04 }).power).toBeCloseTo(0.8, 9);
        expect(mde({ n, p1, alpha: 0.04, power: 0.8 }).p2).toBeCloseTo(p1 * lift, 9);
      },
    ),
    runs,
  );
});

test('whole sends add up exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 0, max: 1e9 }),
      (pBest, remaining) => {
        const { counts } = allocateRemaining({ pBest, floor: 0.02, remaining });
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(remaining);
      },
    ),
    runs,
  );
});

test('values known beforehand', () => {
  expect(allocateRemaining({ pBest: [0.5, 0.5], floor: 0.02, remaining: 5 }).counts).toEqual([
    3, 2,
  ]);
  expect(mde({ n: 2, p1: 0.5, alpha: 0.05, power: 0.9 })).toEqual({ p2: null });
  expect(
    valueRemaining({
      arms: [
        { n: 1000, s: 10 },
        { n: 1000, s: 90 },
      ],
    }),
  ).toEqual({
    star: 1,
    value: 0,
  });
  expect(
    twoWayRates({
      waves: [
        [
          { n: 100, s: 10 },
          { n: 100, s: 40 },
        ],
      ],
    }).relativeRates,
  ).toEqual([expect.closeTo(0.5, 12), expect.closeTo(2, 12)]);
  expect(
    nextAllocation({
      history: [
        [
          { n: 50, s: 0 },
          { n: 70, s: 0 },
        ],
      ],
    }).weights,
  ).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
});

test('a wave that is still unanswered does not punish the call it favoured', () => {
  const history = [
    [
      { n: 5000, s: 100 },
      { n: 5000, s: 100 },
    ],
    [
      { n: 9000, s: 45 },
      { n: 1000, s: 5 },
    ],
  ];
  expect(twoWayRates({ waves: history }).relativeRates).toEqual([
    expect.closeTo(1, 9),
    expect.closeTo(1, 9),
  ]);
});

test('testing stops when little is at stake, and the rest goes to the lowest loss', () => {
  const clear = [
    [
      { n: 5000, s: 50 },
      { n: 5000, s: 150 },
    ],
  ];
  expect(stopTesting({ history: clear, remaining: 100_000 })).toMatchObject({
    stop: true,
    rollOut: 1,
  });
  const open = [
    [
      { n: 500, s: 10 },
      { n: 500, s: 12 },
    ],
  ];
  expect(stopTesting({ history: open, remaining: 100_000 })).toMatchObject({
    stop: false,
    reason: 'go_on',
    rollOut: 1,
  });
  expect(stopTesting({ history: open, remaining: 100 })).toMatchObject({
    stop: true,
    reason: 'less_than_one_conversion_at_stake',
  });
  const even = [
    [
      { n: 1e9, s: 2e7 },
      { n: 1e9, s: 2e7 },
    ],
  ];
  expect(stopTesting({ history: even, remaining: 1e9 })).toMatchObject({
    stop: true,
    reason: 'value_remaining_below_1_percent',
  });
});

test('a variance far below the mean keeps its digits, in cents and in fractions', () => {
  const values = [0, 1, 2, 3].map((step) => 1e3 + step / 1024);
  const sums = (scale: number) => ({
    n: 4,
    sum: values.reduce((sum, value) => sum + value * scale, 0),
    sumSq: values.reduce((sum, value) => sum + (value * scale) ** 2, 0),
  });
  const run = (scale: number) => welch({ a: sums(scale), b: sums(scale), alpha: 0.05 }).se / scale;
  const exact = Math.sqrt((2 * (5 / 3 / 1024 ** 2)) / 4);
  expect(run(1024)).toBeCloseTo(exact, 12);
  expect(run(1)).toBeCloseTo(exact, 12);
  const fractions = { n: 4, sum: 4.1, sumSq: 4.2125 };
  expect(welch({ a: fractions, b: fractions, alpha: 0.05 }).se).toBeCloseTo(
    Math.sqrt((2 * ((4.2125 - 4.1 ** 2 / 4) / 3)) / 4),
    12,
  );
});
