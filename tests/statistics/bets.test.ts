import { describe, expect, test } from 'vitest';
import { testAndRoll } from '#statistics/test-and-roll.ts';
import { testCost } from '#statistics/test-cost.ts';
import { testSize } from '#statistics/test-size.ts';
import { waveBet } from '#statistics/wave-bet.ts';

describe('what a test costs', () => {
  // The expected largest of so many standard normal draws (Harter 1961, table 1, five digits).
  test.each([
    [2, 0.56419],
    [3, 0.84628],
    [5, 1.16296],
    [10, 1.53875],
    [20, 1.86748],
  ])('%i calls', (arms, largest) => {
    expect(testCost({ n: 1, arms, spread: 1 }).forgone).toBeCloseTo(largest, 5);
    expect(testCost({ n: 10_000, arms, spread: 0.004 }).forgone).toBeCloseTo(40 * largest, 3);
  });
});

test('the worked example of Feit and Berman: 2,284 an arm of 100,000', () => {
  // Feit and Berman (2019), section 3: website tests, mean 0.68, sd of means 0.03.
  const { n } = testSize({ N: 100_000, arms: 2, rate: 0.68, spread: 0.03 });
  expect(n).toBe(2 * 2_284);
});

test('a test is the size an arm says, at most half the list and at least one each', () => {
  const one = { rate: 0.02, spread: 0.004 };
  const { n } = testAndRoll({ N: 100_000, s: Math.sqrt(0.02 * 0.98), sigma: 0.004 });
  expect(testSize({ N: 100_000, arms: 3, ...one }).n).toBe(3 * Math.ceil(n));
  expect(testSize({ N: 100, arms: 10, ...one }).n).toBe(50);
  expect(testSize({ N: 3, arms: 2, ...one }).n).toBe(2);
});

describe('a bet on a later wave', () => {
  const wave = (...pairs: [number, number][]) => pairs.map(([n, s]) => ({ n, s }));
  test('rolls out the call that loses least', () => {
    const history = [wave([500, 10], [500, 25], [500, 12])];
    expect(waveBet({ history, remaining: 50_000, bet: 'roll' })).toMatchObject({
      weights: [0, 1, 0],
    });
  });

  test('follows the chance of being best while much is at stake, then one call', () => {
    const open = waveBet({
      history: [wave([500, 10], [500, 14])],
      remaining: 100_000,
      bet: 'best',
    });
    expect(open.reason).toBe('chance_of_being_best');
    expect(open.weights?.[1]).toBeGreaterThan(open.weights?.[0] ?? 1);
    expect(open.weights?.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    const settled = waveBet({
      history: [wave([5_000, 50], [5_000, 200])],
      remaining: 1_000,
      bet: 'best',
    });
    expect(settled).toMatchObject({
      weights: [0, 1],
      reason: 'less_than_one_conversion_at_stake',
    });
  });

  test('bets on nothing while nobody answered', () => {
    const history = [wave([500, 0], [500, 0])];
    expect(waveBet({ history, remaining: 10, bet: 'roll' })).toMatchObject({
      weights: null,
      reason: 'nobody_answered',
    });
  });

  test('refuses what is no history', () => {
    expect(() => waveBet({ history: [], remaining: 1, bet: 'roll' })).toThrow(
      expect.objectContaining({ code: 'invalid_waves' }),
    );
    const more = [wave([1, 2], [1, 0])];
    expect(() => waveBet({ history: more, remaining: 1, bet: 'best' })).toThrow(
      expect.objectContaining({ code: 'successes_exceed_trials' }),
    );
    expect(() => testCost({ n: 0, arms: 2, spread: 0.1 })).toThrow(
      expect.objectContaining({ code: 'invalid_count' }),
    );
    expect(() => testCost({ n: 1, arms: 1, spread: 0.1 })).toThrow(
      expect.objectContaining({ code: 'arm_count' }),
    );
  });
});
