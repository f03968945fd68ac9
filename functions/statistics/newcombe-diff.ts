/** The interval of a difference of two rates (S8). */

import { type Arm, checkArm } from './arm.ts';
import { wilson } from './wilson.ts';

export type NewcombeInput = { a: Arm; b: Arm; level?: number };
export type NewcombeDiff = {
  /** rate of b minus rate of a; null when one of them was never shown */
  diff: number | null;
  lo: number;
  hi: number;
};

/**
 * Newcombe's hybrid of two Wilson intervals (his method 10, without continuity correction):
 * lo = d - sqrt((p_b - l_b)^2 + (u_a - p_a)^2), hi = d + sqrt((u_b - p_b)^2 + (p_a - l_a)^2).
 * An arm never shown may have any rate, so the interval is the other's interval against [0, 1].
 * Refuses: invalid_count, successes_exceed_trials, invalid_level.
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890. Cost: O(1).
 */
export function newcombeDiff({ a, b, level = 0.95 }: NewcombeInput): NewcombeDiff {
  checkArm(a, 'arm a');
  checkArm(b, 'arm b');
  const forA = wilson({ ...pick(a), level });
  const forB = wilson({ ...pick(b), level });
  if (a.n === 0 || b.n === 0) {
    return { diff: null, lo: forB.lo - forA.hi, hi: forB.hi - forA.lo };
  }
  const rateA = a.s / a.n;
  const rateB = b.s / b.n;
  const diff = rateB - rateA;
  return {
    diff,
    lo: diff - Math.hypot(rateB - forB.lo, forA.hi - rateA),
    hi: diff + Math.hypot(forB.hi - rateB, rateA - forA.lo),
  };
}

function pick({ n, s }: Arm): Arm {
  return { n, s };
}
