/** The exact places where a verdict changes: every correction and every limit matters. */

import { describe, expect, test } from 'vitest';
import { comparison } from '../../functions/statistics/comparison.ts';
import type { ChannelTally, ComparisonPlan } from '../../functions/statistics/comparison-input.ts';
import { type DecideInput, decide } from '../../functions/statistics/decide.ts';
import { decideOverall } from '../../functions/statistics/decide-overall.ts';
import { decideSeries } from '../../functions/statistics/decide-series.ts';
import { effectiveShapes } from '../../functions/statistics/effective-shapes.ts';
import { holdoutLift } from '../../functions/statistics/holdout-lift.ts';
import { mantelHaenszel } from '../../functions/statistics/mantel-haenszel.ts';
import { maturity } from '../../functions/statistics/maturity.ts';
import { pairEvidence } from '../../functions/statistics/pair-sequential.ts';
import { revenue } from '../../functions/statistics/revenue.ts';
import { srm } from '../../functions/statistics/srm.ts';
import { twoArmTests } from '../../functions/statistics/two-arm-tests.ts';

const named = (...tallies: [number, number][]) =>
  tallies.map(([n, s], i) => ({ id: 'abcde'[i] ?? '', n, s }));
const base: Omit<DecideInput, 'arms'> = { design: 'randomized', maturity: 1, finalRead: false };
const stateOf = (input: DecideInput) => {
  const { status, reason } = decide(input);
  return `${status}/${reason}`;
};

describe('live evidence', () => {
  const n = 10_000;
  const evidence = (s: number) => pairEvidence({ n, s }, { n, s: 200 });

  test('must reach ln((k - 1)/alphaLive): what is enough for two calls is not for three', () => {
    let s = 200;
    while (evidence(s) < Math.log(100)) s += 1;
    expect(evidence(s)).toBeLessThan(Math.log(200));
    const two = named([n, 200], [n, s]);
    expect(stateOf({ ...base, arms: two })).toBe('winner/live');
    expect(stateOf({ ...base, arms: named([n, 200], [n, s - 1]) })).toBe(
      'no_clear_winner/insufficient_evidence',
    );
    expect(stateOf({ ...base, arms: [...two, { id: 'c', n, s: 10 }] })).toBe(
      'no_clear_winner/insufficient_evidence',
    );
  });

  test('maturity of exactly 0.9 is enough', () => {
    const arms = named([n, 200], [n, 320]);
    expect(stateOf({ ...base, arms, maturity: 0.9 })).toBe('winner/live');
    expect(stateOf({ ...base, arms, maturity: 0.8999 })).toBe('leading/immature');
  });

  test('twenty conversions are the least', () => {
    const arms = (s: number) => named([100, 0], [100, s]);
    expect(stateOf({ ...base, arms: arms(19), finalRead: true })).toBe(
      'no_clear_winner/too_few_conversions',
    );
    expect(stateOf({ ...base, arms: arms(20), finalRead: true })).toBe('winner/final');
  });
});

describe('final read', () => {
  test('no correction up to 1.5 to 1, Bonferroni beyond', () => {
    const p = (a: [number, number], b: [number, number]) =>
      twoArmTests({ a: { n: a[0], s: a[1] }, b: { n: b[0], s: b[1] } }).fisherTwoSided;
    const read = (third: [number, number]) => {
      const arms = named([10_000, 240], [10_000, 200], third);
      const weights = arms.map(({ n }) => n);
      return stateOf({ ...base, arms, weights, finalRead: true });
    };
    expect(p([10_000, 200], [10_000, 247])).toBeLessThan(0.04);
    const strong = (third: [number, number]) => {
      const arms = named([10_000, 247], [10_000, 200], third);
      return stateOf({ ...base, arms, weights: arms.map(({ n }) => n), finalRead: true });
    };
    expect(p([10_000, 200], [10_000, 247])).toBeGreaterThan(0.02);
    expect(strong([15_000, 10])).toBe('winner/final');
    expect(strong([15_001, 10])).toBe('no_clear_winner/insufficient_evidence');
    expect(read([10_000, 10])).toBe('no_clear_winner/insufficient_evidence');
  });

  test('with waves a claim needs the pooled ratio on its side', () => {
    const waves = [
      [
        { n: 5000, s: 100 },
        { n: 5000, s: 160 },
      ],
      [
        { n: 8000, s: 160 },
        { n: 2000, s: 70 },
      ],
    ];
    const arms = named([13_000, 260], [7000, 230]);
    const decision = decide({ ...base, arms, weights: [13, 7], waves, finalRead: true });
    expect(decision).toMatchObject({ status: 'winner', reason: 'live', winner: 'b' });
    const thin = [
      [
        { n: 5000, s: 100 },
        { n: 5000, s: 125 },
      ],
      [
        { n: 8000, s: 160 },
        { n: 2000, s: 50 },
      ],
    ];
    const own = named([13_000, 260], [7000, 175]);
    const finally_ = decide({ ...base, arms: own, weights: [13, 7], waves: thin, finalRead: true });
    expect(finally_).toMatchObject({ status: 'winner', reason: 'final', winner: 'b' });
    const corrected = mantelHaenszel({
      strata: thin.map(([a, b]) => ({ a: a ?? { n: 0, s: 0 }, b: b ?? { n: 0, s: 0 } })),
    }).cmhPCorrected;
    expect(finally_.rivals[0]?.finalP).toBe(corrected);
  });
});

test('the split is flagged below 0.001, live by the anytime p and finally by either', () => {
  const flagged = (extra: number, finalRead: boolean) =>
    stateOf({
      ...base,
      arms: named([10_000 + extra, 300], [10_000 - extra, 200]),
      weights: [1, 1],
      finalRead,
    }) === 'invalid/srm';
  const check = (extra: number) =>
    srm({ observed: [10_000 + extra, 10_000 - extra], weights: [1, 1] });
  for (const extra of [180, 220, 240, 280, 300, 330, 400]) {
    const { p, sequentialP } = check(extra);
    expect(flagged(extra, false)).toBe(sequentialP < 0.001);
    expect(flagged(extra, true)).toBe(Math.min(p, sequentialP) < 0.001);
  }
  expect(check(240).p).toBeLessThan(0.001);
  expect(check(240).sequentialP).toBeGreaterThan(0.001);
});

test('over channels every rival is tested at alpha/(k - 1)', () => {
  const two = [named([5000, 100], [5000, 129]), named([5000, 100], [5000, 115])];
  const [pair] = decideOverall({ strata: two, alpha: 0.04 }).pairs;
  expect(pair?.cmhP).toBeLessThan(0.04);
  expect(pair?.cmhP).toBeGreaterThan(0.02);
  expect(decideOverall({ strata: two, alpha: 0.04 }).winner).toBe('b');
  const three = two.map((arms) => [...arms, { id: 'c', n: 5000, s: 10 }]);
  expect(decideOverall({ strata: three, alpha: 0.04 }).winner).toBeNull();
});

test('a series tests every rival at alphaFinal/(k - 1)', () => {
  const posts = (...clicks: number[]) => clicks.map((c) => ({ impressions: 100, clicks: c }));
  const a = { id: 'a', posts: posts(1, 2, 3, 4) };
  const b = { id: 'b', posts: posts(5, 6, 7, 8) };
  const c = { id: 'c', posts: posts(0, 0, 1, 0) };
  const plan = { alphaFinal: 0.04, finalRead: true };
  expect(decideSeries({ ...plan, calls: [a, b] }).winner).toBe('b');
  expect(decideSeries({ ...plan, calls: [a, b, c] }).reason).toBe('too_few_posts');
});

test('the wait is over at its hour, and nothing sent is not mature', () => {
  const at = (ageHours: number) =>
    maturity({ waves: [{ n: 10, ageHours }], waitHours: 24 }).maturity;
  expect([at(23.99), at(24)]).toEqual([0, 1]);
  expect(maturity({ waves: [], waitHours: 24 }).maturity).toBe(0);
  expect(
    maturity({
      waves: [
        { n: 30, ageHours: 25 },
        { n: 10, ageHours: 1 },
      ],
      waitHours: 24,
    }).maturity,
  ).toBe(0.75);
});

test('lift is what the treated have more than those held back', () => {
  const { lift, incremental, lo, hi } = holdoutLift({
    treated: { n: 9000, s: 360 },
    holdout: { n: 1000, s: 30 },
  });
  expect(lift).toBeCloseTo(0.01, 12);
  expect(incremental).toBeCloseTo(90, 9);
  expect(lo).toBeLessThan(0.01);
  expect(hi).toBeGreaterThan(0.01);
});

describe('over channels in the report', () => {
  const plan: ComparisonPlan = {
    metric: 'click',
    calls: ['a', 'b'],
    alphaLive: 0.01,
    alphaFinal: 0.04,
    windowHours: 48,
    waitHours: 24,
    prior: { a: 1, b: 1 },
    weights: [1, 1],
    smallestLift: 0.1,
  };
  const channel = (name: string, finalRead: boolean, b: number): ChannelTally => ({
    channel: name,
    metric: 'click',
    design: 'randomized',
    ageHours: 48,
    finalRead,
    calls: named([10_000, 200], [10_000, b]).map(({ id, n, s }) => ({
      id,
      exposures: n,
      human: s,
    })),
  });

  test('a winner waits for the final read of every channel', () => {
    const run = (finalRead: boolean) =>
      comparison({ plan, channels: [channel('email', true, 300), channel('sms', finalRead, 280)] })
        .overall;
    expect(run(true)).toMatchObject({ status: 'winner', winner: 'b' });
    expect(run(false)).toMatchObject({ status: 'leading', reason: 'immature', winner: null });
  });

  test('one channel alone cannot claim overall what it does not claim itself', () => {
    for (let b = 235; b < 255; b += 1) {
      const report = comparison({ plan, channels: [channel('email', true, b)] });
      const [own] = report.channels;
      const winner = own && 'verdict' in own ? own.verdict.winner : null;
      expect(report.overall.winner).toBe(winner);
    }
  });

  test('a split that moves in one wave of many is judged by Bonferroni', () => {
    const waves = (extra: number) =>
      Array.from({ length: 4 }, (_, w) => ({
        ageHours: 48 - w,
        arms: [
          { n: 2500 + (w === 0 ? extra : w === 1 ? -extra : 0), s: 50 },
          { n: 2500 - (w === 0 ? extra : w === 1 ? -extra : 0), s: 75 },
        ],
      }));
    const flagged = (extra: number) => {
      const [report] = comparison({
        plan,
        channels: [{ ...channel('email', true, 300), waves: waves(extra) }],
      }).channels;
      return report && 'srm' in report ? report.srm?.flagged : null;
    };
    const pOf = (extra: number) =>
      srm({ observed: [2500 + extra, 2500 - extra], weights: [1, 1] }).p;
    expect(pOf(120)).toBeLessThan(0.001);
    expect(pOf(120)).toBeGreaterThan(0.00025);
    expect(flagged(120)).toBe(false);
    expect(pOf(135)).toBeLessThan(0.00025);
    expect(flagged(135)).toBe(true);
  });
});

describe('revenue', () => {
  const tally = (n: number) => ({ n, sum: 500_000, sumSq: 5e9, buyers: 60 });
  const stateFor = (leader: number, rival: number) =>
    revenue({
      leader: { ...tally(leader), sum: 600_000 },
      rival: tally(rival),
      alphaLive: 0.01,
      alphaFinal: 0.04,
      nStar: 10_000,
      finalRead: false,
    }).state;

  test.each([
    [2_000, 2_000, 'shown'],
    [1_999, 2_000, 'too_few_orders'],
    [2_000, 1_999, 'too_few_orders'],
  ])('from 2,000 matured recipients a call on: %i and %i are %s', (leader, rival, state) => {
    expect(stateFor(leader, rival)).toBe(state);
  });
});

describe('rates for steering', () => {
  /** S5b once more, without a line of the code it checks: half an answer is added to both sides. */
  const byHand = (waves: readonly (readonly { n: number; s: number }[])[], added: number) => {
    let rates = [1, 1];
    const levels = () =>
      waves.map(
        (wave) =>
          wave.reduce((sum, { s }) => sum + s, 0) /
          wave.reduce((sum, { n }, i) => sum + n * (rates[i] ?? 0), 0),
      );
    for (let round = 0; round < 5_000; round += 1) {
      const level = levels();
      const raw = rates.map((_, i) => {
        const answers = waves.reduce((sum, wave) => sum + (wave[i]?.s ?? 0), added);
        const exposure = waves.reduce(
          (sum, wave, w) => sum + (wave[i]?.n ?? 0) * (level[w] ?? 0),
          added,
        );
        return answers / exposure;
      });
      const mean = Math.sqrt((raw[0] ?? 1) * (raw[1] ?? 1));
      rates = raw.map((rate) => rate / mean);
    }
    const answers = waves.flat().reduce((sum, { s }) => sum + s, 0);
    const sends = waves.flat().reduce((sum, { n }) => sum + n, 0);
    return rates.map((_, i) => {
      const own = waves.reduce((sum, wave) => sum + (wave[i]?.s ?? 0), 0);
      const levelled = waves.reduce(
        (sum, wave, w) => sum + (wave[i]?.n ?? 0) * (levels()[w] ?? 0),
        0,
      );
      const effective = levelled / (answers / sends);
      return { a: 1 + own, b: 1 + Math.max(0, effective - own) };
    });
  };

  test('half an answer more, no less and not more: a call without answers keeps its chance', () => {
    const waves = [
      [
        { n: 1_000, s: 12 },
        { n: 1_000, s: 1 },
      ],
      [
        { n: 400, s: 4 },
        { n: 1_600, s: 2 },
      ],
    ];
    const shapes = effectiveShapes(waves);
    for (const [i, { a, b }] of byHand(waves, 0.5).entries()) {
      expect(shapes[i]?.a).toBeCloseTo(a, 9);
      expect(shapes[i]?.b).toBeCloseTo(b, 6);
    }
    // Any other constant is seen.
    expect(Math.abs((byHand(waves, 0.4)[0]?.b ?? 0) - (shapes[0]?.b ?? 0))).toBeGreaterThan(0.5);
  });
});
