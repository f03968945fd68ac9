/** The quick form of npm run calibrate: small runs, generous bounds, a few seconds. */

import { expect, test } from 'vitest';
import { calibrate, type Line } from './calibrate.ts';
import { chance } from './chance.ts';
import { identical } from './false-winners.ts';
import { finalPower, isFound, zTest } from './final-power.ts';

test('the guarantees hold on a small run', () => {
  const lines: Line[] = [];
  const run = { seed: 7, bursts: 400, looks: 96 };
  const figures = calibrate(run, (line) => lines.push(line));
  expect(lines.length).toBeGreaterThanOrEqual(18);
  for (const share of Object.values(figures.falseWinner)) expect(share).toBeLessThanOrEqual(0.09);
  expect(figures.scanners).toBeLessThanOrEqual(0.1);
  expect(figures.speed).toBeLessThanOrEqual(0.15);
  expect(figures.calledByHour12).toBeGreaterThanOrEqual(0.6);
  expect(figures.coverageMiss).toBeLessThanOrEqual(0.1);
  expect(figures.powerRatio).toBeGreaterThanOrEqual(0.945);
  expect(figures.powerVsGrowthBook).toBeGreaterThanOrEqual(1.3);
  expect(figures.regretRatio).toBeLessThanOrEqual(0.6);
  expect(figures.steered).toBeLessThanOrEqual(0.15);
  expect(figures.social).toBeLessThanOrEqual(0.15);
});

test('the same seed gives the same figure', () => {
  const run = { seed: 5, bursts: 100, looks: 24 };
  expect(identical(3, run)).toEqual(identical(3, run));
});

test('the power that is enumerated is the power that is drawn', () => {
  const { fixed, final } = finalPower(1000, [0.02, 0.05], 0.04);
  const chances = chance(3, 1);
  const drawn = { fixed: 0, final: 0 };
  for (let burst = 0; burst < 4000; burst += 1) {
    const [a, b] = [chances.binomial(1000, 0.02), chances.binomial(1000, 0.05)];
    if (zTest(1000, [a, b]) > 1.96) drawn.fixed += 1;
    if (isFound(1000, a, b, 0.04)) drawn.final += 1;
  }
  expect(Math.abs(drawn.fixed / 4000 - fixed)).toBeLessThan(0.015);
  expect(Math.abs(drawn.final / 4000 - final)).toBeLessThan(0.015);
  expect(final).toBeLessThan(fixed);
});

test('between equal calls the z-test errs as often as it says, and the exact test less often', () => {
  const { fixed, final } = finalPower(10_000, [0.02, 0.02], 0.04);
  expect(fixed).toBeCloseTo(0.025, 3);
  expect(final).toBeLessThan(0.02);
});
