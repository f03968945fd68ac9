/** The quick form of npm run calibrate: small runs, generous bounds, a few seconds. */

import { expect, test } from 'vitest';
import { calibrate, type Line } from './calibrate.ts';
import { identical } from './false-winners.ts';

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
  expect(figures.powerRatio).toBeGreaterThanOrEqual(0.88);
  expect(figures.powerVsGrowthBook).toBeGreaterThanOrEqual(1.3);
  expect(figures.regretRatio).toBeLessThanOrEqual(0.6);
  expect(figures.steered).toBeLessThanOrEqual(0.15);
  expect(figures.social).toBeLessThanOrEqual(0.15);
});

test('the same seed gives the same figure', () => {
  const run = { seed: 5, bursts: 100, looks: 24 };
  expect(identical(3, run)).toEqual(identical(3, run));
});
