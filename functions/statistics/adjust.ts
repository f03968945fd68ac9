/** p values corrected for their number (S19). */

import { checkClosedUnit } from './check-between.ts';

export type AdjustInput = { p: readonly number[]; method: 'holm' | 'bh' };

/**
 * Holm when several metrics are claimed (no false claim at all), Benjamini-Hochberg for exploratory
 * tables only (share of false ones). Order kept; adjusted values never exceed 1 and keep the order
 * of p. Guardrails are not adjusted at all.
 * Refuses: invalid_probability.
 * Source: Holm 1979; Benjamini and Hochberg 1995; R's p.adjust. Cost: O(n log n).
 */
export function adjust({ p, method }: AdjustInput): { adjusted: number[] } {
  for (const value of p) checkClosedUnit(value, 'invalid_probability', 'p');
  const m = p.length;
  const order = p.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
  const adjusted = p.map(() => 0);
  let running = method === 'holm' ? 0 : 1;
  for (let step = 0; step < m; step += 1) {
    const rank = method === 'holm' ? step : m - 1 - step;
    const { value, index } = order[rank] ?? { value: 1, index: 0 };
    running =
      method === 'holm'
        ? Math.max(running, Math.min(1, value * (m - rank)))
        : Math.min(running, (value * m) / (rank + 1));
    adjusted[index] = running;
  }
  return { adjusted };
}
