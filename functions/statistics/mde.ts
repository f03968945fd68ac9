/** The smallest rate that could be told apart from the baseline (S17). */

import { checkClosedUnit, checkOpenUnit, checkPositive } from './check-between.ts';
import { power } from './power.ts';

export type MdeInput = { n: number; p1: number; alpha: number; power: number };

/**
 * The smallest p2 above p1 that is seen with the given power at n an arm; the inverse of power in
 * p2, by bisection to the last digit.
 * @returns null when even p2 = 1 could not be seen that often
 * Refuses: invalid_count, invalid_probability, invalid_alpha. Cost: about 60 times power.
 */
export function mde({ n, p1, alpha, power: target }: MdeInput): { p2: number | null } {
  checkPositive(n, 'invalid_count', 'n');
  checkClosedUnit(p1, 'invalid_probability', 'p1');
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  checkOpenUnit(target, 'invalid_probability', 'power');
  if (p1 === 1 || power({ n, p1, p2: 1, alpha }).power < target) return { p2: null };
  let lo = 0;
  let hi = 1 - p1;
  for (let step = 0; step < 200; step += 1) {
    const middle = (lo + hi) / 2;
    if (middle === lo || middle === hi) break;
    if (power({ n, p1, p2: p1 + middle, alpha }).power < target) lo = middle;
    else hi = middle;
  }
  return { p2: p1 + hi };
}
