// Where each tracked link of a plan leads.

import { withUtm } from './destination.ts';
import type { LegPlan, Plan } from './plan.ts';

/**
 * Destination by `leg/call`, one entry for every link that this plan can give out; `{click}` is
 * left for the click to fill. UTM parameters are added where the plan asks for them.
 */
export function linkTableOf(plan: Plan): { readonly [legAndCall: string]: string } {
  const links: Record<string, string> = {};
  for (const leg of plan.legs) {
    for (const call of callsOf(leg)) {
      const to = plan.calls.find((one) => one.name === call)?.to;
      if (to === undefined) continue;
      links[`${leg.name}/${call}`] = plan.utm ? withUtm(to, utmOf(plan, leg, call)) : to;
    }
  }
  return links;
}

function callsOf(leg: LegPlan): readonly string[] {
  if (leg.kind === 'email') return leg.allocation.map((share) => share.call);
  return leg.visitors ?? [leg.call];
}

function utmOf(plan: Plan, leg: LegPlan, call: string) {
  const medium = leg.kind === 'email' ? 'email' : 'social';
  return { source: leg.channel, medium, campaign: plan.campaign, content: call };
}
