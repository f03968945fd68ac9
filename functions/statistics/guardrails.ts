/** Does a call do harm: unsubscribes, complaints, bounces (S19). */

import { type Arm, checkArm } from './arm.ts';
import { twoArmTests } from './two-arm-tests.ts';

export type Guardrail = {
  id: string;
  n: number;
  s: number;
  /** one-sided: how easily chance alone gives this call at least so much harm; 1 without rivals */
  p: number;
  harm: boolean;
};

/** Unadjusted on purpose: harm must not hide behind a correction. */
const harmBelow = 0.05;

/**
 * Each call against all others together, Fisher one-sided, unadjusted.
 * Refuses: invalid_count, successes_exceed_trials. Cost: one exact test a call.
 */
export function guardrails({ arms }: { arms: readonly ({ id: string } & Arm)[] }): {
  arms: Guardrail[];
} {
  for (const arm of arms) checkArm(arm, arm.id);
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  const s = arms.reduce((sum, arm) => sum + arm.s, 0);
  return {
    arms: arms.map((arm) => {
      const p = twoArmTests({ a: { n: n - arm.n, s: s - arm.s }, b: arm }).fisherGreater;
      return { id: arm.id, n: arm.n, s: arm.s, p, harm: p < harmBelow };
    }),
  };
}
