/** How often chance alone exceeds a chi-square statistic. */

import { gammaTail } from './gamma-tail.ts';

/**
 * P(X >= x) for X chi-square with df degrees of freedom: Q(df/2, x/2).
 * @returns 1 when df is 0, where nothing could have varied
 * Source: Abramowitz and Stegun 26.4.19. Cost: O(sqrt(df) + 100).
 */
export function chiSquareTail(x: number, df: number): number {
  return df <= 0 ? 1 : gammaTail(df / 2, x / 2);
}
