import { describe, expect, test } from 'vitest';
import { callOf, DRAW_BLOCK, drawBlock, drawOf } from '#domain/draw.ts';

const split = ['trial', 'demo', 'seat'].map((call) => ({ call, weight: 1 }));

test('draws are the same for the same burst and ordinal, and others for another burst', () => {
  expect(drawBlock('atlas', 7)).toEqual(drawBlock('atlas', 7));
  expect(drawBlock('atlas', 7)).not.toEqual(drawBlock('atlas', 8));
  expect(drawBlock('atlas', 7)).not.toEqual(drawBlock('polls', 7));
  expect(drawOf('atlas', 742)).toBe(drawBlock('atlas', 7)[42]);
});

test('the draws of a known burst stand for good: a changed one would call people anew', () => {
  const first = [0, 1, 99, 100, 123_456].map((ordinal) => drawOf('atlas-launch', ordinal));
  expect(first.map((draw) => draw.toFixed(12))).toMatchInlineSnapshot(`
    [
      "0.949497222355",
      "0.956205225250",
      "0.918824396495",
      "0.659155045439",
      "0.671902457030",
    ]
  `);
});

test('every draw is in [0, 1), and a block holds one of every hundredth', () => {
  for (let block = 0; block < 200; block += 1) {
    const places = Array.from(drawBlock('atlas', block), (draw) => Math.floor(draw * DRAW_BLOCK));
    expect(places.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: DRAW_BLOCK }, (_, index) => index),
    );
  }
});

describe('over many ordinals', () => {
  const blocks = 2_000;
  const draws = Array.from({ length: blocks }, (_, block) => [...drawBlock('uniform', block)]);

  test('draws are uniform (chi-square over 100 cells of the jitter, 99 degrees, p > 0.0001)', () => {
    const cells = new Array<number>(100).fill(0);
    for (const draw of draws.flat()) {
      const cell = Math.floor(((draw * DRAW_BLOCK) % 1) * 100);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const expected = (blocks * DRAW_BLOCK) / 100;
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(161);
  });

  test('the place in a block says nothing about the draw', () => {
    // Each place's mean is that of 2,000 uniform draws: standard error 0.0065; 4.5 of them.
    for (let place = 0; place < DRAW_BLOCK; place += 1) {
      const mean = draws.reduce((sum, block) => sum + (block[place] ?? 0), 0) / blocks;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    }
  });

  test('neighbours are independent but for the balance of their block', () => {
    let covariance = 0;
    for (const block of draws) {
      for (let place = 1; place < DRAW_BLOCK; place += 1) {
        covariance += ((block[place - 1] ?? 0) - 0.5) * ((block[place] ?? 0) - 0.5);
      }
    }
    // A permutation of 100 places has correlation -1/99; the variance of a draw is 1/12.
    const correlation = (covariance / (blocks * 99)) * 12;
    expect(Math.abs(correlation + 1 / 99)).toBeLessThan(0.01);
  });
});

describe('calls', () => {
  test('come out even within every block, whatever the number of calls', () => {
    for (const calls of [2, 3, 4, 5, 7, 20]) {
      const allocation = Array.from({ length: calls }, (_, index) => ({
        call: `c${index}`,
        weight: 1,
      }));
      for (let block = 0; block < 50; block += 1) {
        const counts = countsOf(allocation, drawBlock('even', block));
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
      }
    }
  });

  test('follow the weights, and a weight of zero never comes', () => {
    const allocation = [
      { call: 'never', weight: 0 },
      { call: 'often', weight: 3 },
      { call: 'seldom', weight: 1 },
    ];
    expect(countsOf(allocation, drawBlock('weights', 1))).toEqual([0, 75, 25]);
  });

  test('the edges belong to the call above', () => {
    expect([0, 0.333, 0.3334, 0.6667, 0.9999].map((draw) => callOf(split, draw))).toEqual([
      'trial',
      'trial',
      'demo',
      'seat',
      'seat',
    ]);
  });

  test('weights that rounding leaves below one still give every draw a call', () => {
    const tenths = Array.from({ length: 10 }, (_, index) => ({ call: `c${index}`, weight: 0.1 }));
    expect(callOf([...tenths, { call: 'zero', weight: 0 }], 1 - Number.EPSILON / 2)).toBe('c9');
  });

  test('nobody can be called by an allocation without weight', () => {
    expect(() => callOf([{ call: 'a', weight: 0 }], 0.5)).toThrow('at least one call');
  });
});

function countsOf(allocation: { call: string; weight: number }[], draws: Float64Array): number[] {
  const counts = new Map(allocation.map(({ call }) => [call, 0]));
  for (const draw of draws) {
    const call = callOf(allocation, draw);
    counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return [...counts.values()];
}
