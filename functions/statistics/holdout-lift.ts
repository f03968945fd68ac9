/** What the email itself brought, against recipients held back at random (S20). */

import type { Arm } from './arm.ts';
import { newcombeDiff } from './newcombe-diff.ts';

export type HoldoutLiftInput = { treated: Arm; holdout: Arm; level?: number };
export type HoldoutLift = {
  /** difference of rates; null when one side is empty */
  lift: number | null;
  lo: number;
  hi: number;
  /** conversions that would not have happened: lift times the treated */
  incremental: number | null;
  incrementalLo: number;
  incrementalHi: number;
};

/**
 * lift = p_treated - p_holdout with Newcombe's interval. Count everyone assigned, delivered or not.
 * Measures the email given that everything else ran.
 * Refuses: invalid_count, successes_exceed_trials, invalid_level.
 * Source: S20; Newcombe 1998. Cost: O(1).
 */
export function holdoutLift({ treated, holdout, level = 0.95 }: HoldoutLiftInput): HoldoutLift {
  const { diff, lo, hi } = newcombeDiff({ a: holdout, b: treated, level });
  return {
    lift: diff,
    lo,
    hi,
    incremental: diff === null ? null : diff * treated.n,
    incrementalLo: lo * treated.n,
    incrementalHi: hi * treated.n,
  };
}
