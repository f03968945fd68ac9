/** What is known of each call's rate when it was sent in waves of different age (S5b). */

import type { Shape } from './beta-curve.ts';
import { fitTwoWay, type Waves } from './two-way-rates.ts';

/**
 * Posterior Beta(1 + c_i, 1 + max(0, e_i - c_i)) with the effective exposure
 * e_i = sum_w n_iw b_w / (C/N), C and N over the waves with conversions: real numbers, not counts.
 * For bets and for probabilities of being best; never for a claim. Checks nothing itself.
 * Source: S5b of the specification. Cost: one two-way fit.
 */
export function effectiveShapes(history: Waves): Shape[] {
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
  return (history[0] ?? []).map((_, i) => {
    const c = used.reduce((sum, { wave }) => sum + (wave[i]?.s ?? 0), 0);
    const levelled = used.reduce((sum, { wave, level }) => sum + (wave[i]?.n ?? 0) * level, 0);
    const effective = conversions > 0 ? levelled / (conversions / sends) : 0;
    return { a: 1 + c, b: 1 + Math.max(0, effective - c) };
  });
}
