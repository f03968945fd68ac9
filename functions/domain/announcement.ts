// What a broadcast leg says in public.

import type { BroadcastLegPlan, Plan } from './plan.ts';

/** Where the call stands in an announcement. */
const CALL_SLOT = '{call}';

/** The wording that stands where the call does: the call's own, or that of a link that decides later. */
export function sayOf(plan: Pick<Plan, 'calls'>, leg: Pick<BroadcastLegPlan, 'call' | 'say'>) {
  return leg.say ?? plan.calls.find(({ name }) => name === leg.call)?.say ?? '';
}

/** How often the call stands in an announcement; it has to be once. */
export function callSlots(text: string): number {
  return text.split(CALL_SLOT).length - 1;
}

/**
 * The announcement as it is posted: `{call}` becomes the wording and the tracked link, so
 * `Out now. {call}` reads `Out now. Start your free trial https://go.example.com/c/...`.
 * Pure, so what is counted, shown and posted is the same text.
 */
export function renderAnnouncement(text: string, say: string, link: string): string {
  return text.split(CALL_SLOT).join(`${say} ${link}`);
}
