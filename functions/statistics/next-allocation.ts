/** The shares of the next wave, from what the waves so far answered (S5, S5b). For bets only. */

import { flooredShares } from './allocate-remaining.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { checkClosedUnit } from './check-between.ts';
import { checkWaves, fitTwoWay, type Waves } from './two-way-rates.ts';

export type NextAllocationInput = {
  /** counts per wave and arm, oldest first */
  history: Waves;
  floor?: number;
};

/**
 * Thompson shares on wave-stratified rates: effective exposure e_i = sum_w n_iw b_w / (C/N), then
 * posterior Beta(1 + c_i, 1 + max(0, e_i - c_i)), C and N over the waves with conversions.
 * A call that was sent more lately is not punished for answers that are still due.
 * Refuses: arm_count, invalid_waves, invalid_count, successes_exceed_trials, invalid_probability.
 * Source: S5b of the specification. Cost: one bestArm.
 */
export function nextAllocation({ history, floor = 0.02 }: NextAllocationInput): {
  weights: number[];
} {
  checkWaves(history);
  checkClosedUnit(floor, 'invalid_probability', 'floor');
  const { waveLevels } = fitTwoWay(history, 0.5);
  const used = history.flatMap((wave, w) => {
    const level = waveLevels[w] ?? 0;
    return level > 0 ? [{ wave, level }] : [];
  });
  let conversions = 0;
  let sends = 0;
  for (const { wave } of used) {
    for (const { n, s } of wave) {
      conversions += s;
      sends += n;
    }
  }
  const shapes = (history[0] ?? []).map((_, i) => {
    const c = used.reduce((sum, { wave }) => sum + (wave[i]?.s ?? 0), 0);
    const levelled = used.reduce((sum, { wave, level }) => sum + (wave[i]?.n ?? 0) * level, 0);
    const effective = conversions > 0 ? levelled / (conversions / sends) : 0;
    return { a: 1 + c, b: 1 + Math.max(0, effective - c) };
  });
  return { weights: flooredShares(bestOfShapes(shapes).pBest, floor) };
}
