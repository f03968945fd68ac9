/** Every refusal carries the named code, whatever function it meets. */

import { expect, test } from 'vitest';
import { StatisticsRefusal } from '../../functions/statistics/refusal.ts';
import { type FunctionName, functionNamed } from './functions.ts';

const ok = { n: 100, s: 10 };
const prior = { a: 1, b: 1 };
const named = (arms: unknown[]) => arms.map((arm, i) => ({ id: `c${i}`, ...(arm as object) }));
const choice = { design: 'randomized', maturity: 1, finalRead: true };
const sums = { n: 10, sum: 20, sumSq: 60 };
const post = { impressions: 10, clicks: 1 };

const cases: { fn: FunctionName; input: unknown; code: string; why: string }[] = [
  ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '7', 2 ** 53, null, undefined].flatMap(
    (bad) => [
      {
        fn: 'bestArm' as const,
        input: { prior, arms: [ok, { n: 100, s: bad }] },
        code: 'invalid_count',
        why: `successes ${bad}`,
      },
      {
        fn: 'pairSequential' as const,
        input: { i: ok, j: { n: bad, s: 0 }, alpha: 0.05 },
        code: 'invalid_count',
        why: `exposures ${bad}`,
      },
      {
        fn: 'decide' as const,
        input: { ...choice, arms: named([ok, { n: 100, s: bad }]) },
        code: 'invalid_count',
        why: `successes ${bad}`,
      },
      {
        fn: 'srm' as const,
        input: { observed: [bad, 5], weights: [1, 1] },
        code: 'invalid_count',
        why: `exposures ${bad}`,
      },
    ],
  ),
  {
    fn: 'wilson',
    input: { n: 5, s: 6, level: 0.95 },
    code: 'successes_exceed_trials',
    why: 's > n',
  },
  {
    fn: 'twoArmTests',
    input: { a: ok, b: { n: 1, s: 2 } },
    code: 'successes_exceed_trials',
    why: 's > n',
  },
  {
    fn: 'decide',
    input: { ...choice, arms: named([ok, { n: 1, s: 2 }]) },
    code: 'successes_exceed_trials',
    why: 's > n',
  },
  { fn: 'bestArm', input: { prior, arms: [ok] }, code: 'arm_count', why: 'one arm' },
  { fn: 'bestArm', input: { prior, arms: Array(21).fill(ok) }, code: 'arm_count', why: '21 arms' },
  {
    fn: 'decide',
    input: { ...choice, arms: named(Array(21).fill(ok)) },
    code: 'arm_count',
    why: '21 arms',
  },
  {
    fn: 'bestArm',
    input: { prior: { a: 0, b: 1 }, arms: [ok, ok] },
    code: 'invalid_prior',
    why: 'a = 0',
  },
  {
    fn: 'betaPosterior',
    input: { prior: { a: 1, b: Number.NaN }, arms: [ok] },
    code: 'invalid_prior',
    why: 'b NaN',
  },
  {
    fn: 'pairSequential',
    input: { i: ok, j: ok, alpha: 0 },
    code: 'invalid_alpha',
    why: 'alpha 0',
  },
  { fn: 'rateSequence', input: { ...ok, alpha: 1 }, code: 'invalid_alpha', why: 'alpha 1' },
  {
    fn: 'decide',
    input: { ...choice, alphaLive: 1.2, arms: named([ok, ok]) },
    code: 'invalid_alpha',
    why: 'alphaLive 1.2',
  },
  {
    fn: 'decide',
    input: { ...choice, maturity: 1.1, arms: named([ok, ok]) },
    code: 'invalid_maturity',
    why: 'maturity 1.1',
  },
  {
    fn: 'decide',
    input: { ...choice, weights: [1], arms: named([ok, ok]) },
    code: 'invalid_weights',
    why: 'one weight',
  },
  {
    fn: 'decide',
    input: {
      ...choice,
      arms: [
        { id: 'a', ...ok },
        { id: 'a', ...ok },
      ],
    },
    code: 'duplicate_call',
    why: 'one id twice',
  },
  {
    fn: 'decide',
    input: {
      ...choice,
      arms: named([ok, ok]),
      allClicks: [
        { id: 'x', ...ok },
        { id: 'c1', ...ok },
      ],
    },
    code: 'unknown_call',
    why: 'clicks of another call',
  },
  {
    fn: 'decide',
    input: { ...choice, arms: named([ok, ok]), waves: [[ok, { n: 99, s: 10 }]] },
    code: 'invalid_waves',
    why: 'waves that add up to something else',
  },
  { fn: 'twoWayRates', input: { waves: [] }, code: 'invalid_waves', why: 'no wave' },
  {
    fn: 'meanSequence',
    input: { a: { n: 1, sum: 1, sumSq: 1 }, b: sums, alpha: 0.05, nStar: 100, relative: false },
    code: 'too_few_values',
    why: 'one value',
  },
  {
    fn: 'welch',
    input: { a: { n: 10, sum: 20, sumSq: 30 }, b: sums, alpha: 0.05 },
    code: 'invalid_moments',
    why: 'squares too small',
  },
  {
    fn: 'welch',
    input: { a: { n: 10, sum: 20, sumSq: 40 }, b: { n: 10, sum: 30, sumSq: 90 }, alpha: 0.05 },
    code: 'zero_variance',
    why: 'all values equal',
  },
  {
    fn: 'welch',
    input: { a: { n: 10, sum: 0, sumSq: 5 }, b: sums, alpha: 0.05, relative: true },
    code: 'zero_baseline',
    why: 'mean 0',
  },
  {
    fn: 'permutationTest',
    input: { a: [post], b: [post, post], paired: true },
    code: 'invalid_posts',
    why: 'unequal pairs',
  },
  {
    fn: 'permutationTest',
    input: { a: [{ impressions: 0, clicks: 2 }], b: [post] },
    code: 'invalid_posts',
    why: 'clicks without impressions',
  },
  {
    fn: 'permutationTest',
    input: { a: Array(20).fill(post), b: Array(20).fill(post) },
    code: 'too_many_posts',
    why: 'a hundred thousand million assignments',
  },
  {
    fn: 'standardize',
    input: { strata: [{ arms: [ok, ok] }], weights: [0] },
    code: 'invalid_weights',
    why: 'no weight',
  },
  {
    fn: 'adjust',
    input: { p: [0.5, 1.5], method: 'holm' },
    code: 'invalid_probability',
    why: 'p above 1',
  },
  {
    fn: 'decideOverall',
    input: { strata: [named([ok, ok]), named([ok])], alpha: 0.04 },
    code: 'unknown_call',
    why: 'other calls',
  },
  {
    fn: 'decide',
    input: { ...choice, design: 'posthoc', arms: named([ok, ok]) },
    code: 'invalid_plan',
    why: 'an unknown design',
  },
  { fn: 'testAndRoll', input: { N: 0, s: 1, sigma: 1 }, code: 'invalid_count', why: 'empty list' },
];

test.each(cases)('$fn refuses $why with $code', ({ fn, input, code }) => {
  let caught: unknown;
  try {
    functionNamed(fn)(input);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(StatisticsRefusal);
  expect((caught as StatisticsRefusal).code).toBe(code);
  expect((caught as StatisticsRefusal).message.length).toBeGreaterThan(10);
});
