import { expect, test } from 'vitest';
import { rankSumP } from './rank-sum.ts';

/** Numbers that look like chance and never change. */
function sample(count: number, seed: number, shift = 0): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state % 1_000) + shift;
  });
}

test('two samples of one distribution do not differ', () => {
  expect(rankSumP(sample(5_000, 1), sample(5_000, 2))).toBeGreaterThan(0.01);
});

test('a shift of three per cent is seen', () => {
  expect(rankSumP(sample(5_000, 1), sample(5_000, 2, 30))).toBeLessThan(0.001);
});

test('ties share their rank', () => {
  expect(rankSumP([1, 1, 1, 1], [1, 1, 1, 1])).toBe(1);
});
