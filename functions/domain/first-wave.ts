// The first wave of a list never mailed before: few go out, and their feedback decides about the rest.

import { limits } from './limits.ts';
import type { EmailLegPlan } from './plan.ts';

/**
 * How many recipients the first wave has; 0 for none.
 * `auto`: only for a list of which nobody was ever mailed, from 1,000 recipients on; 200 of them
 * or 0.4 %, the larger, at most 2,000. A dead list so loses less than 0.5 % of its recipients.
 */
export function firstWaveSize(
  firstWave: EmailLegPlan['firstWave'],
  list: { readonly recipients: number; readonly isMailed: boolean },
): number {
  const { recipients, isMailed } = list;
  if (firstWave === undefined || firstWave === 'off') return 0;
  if (typeof firstWave === 'object') {
    return firstWave.recipients < recipients ? firstWave.recipients : 0;
  }
  if (isMailed || recipients < limits.firstWaveListMin) return 0;
  const share = Math.ceil(recipients * limits.firstWaveShare);
  return Math.min(limits.firstWaveMax, Math.max(limits.firstWaveMin, share));
}

/** Enough of a wave has been delivered or has bounced to judge its list. */
export function hasFeedback(
  accepted: number,
  heard: { readonly delivered: number; readonly bounced: number },
): boolean {
  return heard.delivered + heard.bounced >= accepted * limits.firstWaveFeedback;
}
