/** What the front door takes: the plan as registered before the send, and the tallies. */

import { type Arm, armsMax, checkCount } from './arm.ts';
import { checkOpenUnit, checkPositive } from './check-between.ts';
import type { Design } from './decide.ts';
import type { AnswerCurve } from './maturity.ts';
import { StatisticsRefusal } from './refusal.ts';
import type { ValueTally } from './revenue.ts';

/** Registered before the send, approved with it, stored with every report; never changed after. */
export type ComparisonPlan = {
  /** the one decision metric, for instance `click` or `signup` */
  metric: string;
  /** the calls compared, in the order they are shown */
  calls: readonly string[];
  alphaLive: number;
  alphaFinal: number;
  /** counting window; later conversions are late and change nothing */
  windowHours: number;
  /** without an answer curve: nothing is mature before this */
  waitHours: number;
  prior: { a: number; b: number };
  /** planned share of exposure per call */
  weights: readonly number[];
  /** smallest lift worth caring about, for instance 0.1 for 10 % */
  smallestLift: number;
  /** audience mix for standardised rates, by channel; from the exposures when left out */
  mix?: Readonly<Record<string, number>> | undefined;
  /** cap on one recipient's value, minor units */
  valueCap?: number | undefined;
  /** planned matured recipients of a pair, for live revenue intervals */
  plannedPair?: number | undefined;
  /** what happens at the final read, in the planner's words; carried, not interpreted */
  atFinalRead?: string | undefined;
  answerCurve?: AnswerCurve | undefined;
};

export type CallTally = {
  id: string;
  /** null where the network gives none: not zero */
  exposures: number | null;
  /** units that converted at least once, judged human */
  human: number;
  /** the same with machines; left out where nothing was filtered */
  all?: number | undefined;
  /** converted after the window closed */
  late?: number | undefined;
  /** conversions by event id: forwarding makes them more than the recipients */
  events?: number | undefined;
  /** total value in minor units, by event id; for the mix line */
  money?: number | undefined;
  /** value per unit, capped; for intervals */
  value?: ValueTally | undefined;
  /** harm by kind: unsubscribe, complaint, bounce; a number is out of the exposures */
  harm?: Readonly<Record<string, number | Arm>> | undefined;
};

export type WaveTally = {
  ageHours: number;
  /** by call, in the plan's order */
  arms: readonly { n: number; s: number }[];
  /** planned share per call in this wave; the plan's when left out */
  weights?: readonly number[] | undefined;
};

export type ProviderTally = {
  name: string;
  /** by call, in the plan's order */
  exposures: readonly number[];
  /** planned shares among them; the channel's when left out */
  weights?: readonly number[] | undefined;
};

export type SegmentTally = {
  name: string;
  calls: readonly Pick<CallTally, 'id' | 'exposures' | 'harm'>[];
};

export type ChannelTally = {
  channel: string;
  metric: string;
  design: Design;
  /** shown beside the verdict, for instance `randomised after the click` */
  label?: string | undefined;
  calls: readonly CallTally[];
  /** planned shares per call of the plan on this channel; the plan's when left out */
  weights?: readonly number[] | undefined;
  /** hours since the send; not needed where waves carry their own */
  ageHours: number;
  finalRead: boolean;
  waves?: readonly WaveTally[] | undefined;
  posts?: readonly { call: string; impressions: number | null; clicks: number }[] | undefined;
  paired?: boolean | undefined;
  /** recipients not behind a mail scanner */
  withoutGateways?: readonly { id: string; n: number; s: number }[] | undefined;
  /** exposures per call of the plan by mailbox provider, to see where a split moved */
  providers?: readonly ProviderTally[] | undefined;
  /** harm by call within registered parts of the audience; they may overlap */
  segments?: readonly SegmentTally[] | undefined;
  /** a winner declared earlier: it stays, and later data may only stop supporting it */
  standing?: { winner: string; reason: 'live' | 'final' } | undefined;
  /** minor units of money */
  cost?: number | undefined;
};

export type ComparisonInput = {
  plan: ComparisonPlan;
  channels: readonly ChannelTally[];
  holdout?: { treated: { n: number; s: number }; holdout: { n: number; s: number } } | undefined;
};

/** Refuses a plan that cannot be followed. Cost: O(calls). */
export function checkPlan(plan: ComparisonPlan): void {
  const { calls, weights } = plan;
  if (calls.length < 1 || calls.length > armsMax) {
    throw new StatisticsRefusal(
      'arm_count',
      `plan holds ${calls.length} calls, allowed are 1 to ${armsMax}`,
    );
  }
  if (new Set(calls).size !== calls.length) {
    throw new StatisticsRefusal('duplicate_call', 'plan names a call twice, at most once');
  }
  if (weights.length !== calls.length) {
    throw new StatisticsRefusal(
      'invalid_weights',
      `plan holds ${weights.length} weights for ${calls.length} calls`,
    );
  }
  checkOpenUnit(plan.alphaLive, 'invalid_alpha', 'alphaLive');
  checkOpenUnit(plan.alphaFinal, 'invalid_alpha', 'alphaFinal');
  checkPositive(plan.prior?.a, 'invalid_prior', 'prior a');
  checkPositive(plan.prior?.b, 'invalid_prior', 'prior b');
  checkPositive(plan.windowHours, 'invalid_plan', 'windowHours');
  checkPositive(plan.waitHours, 'invalid_plan', 'waitHours');
  checkPositive(plan.smallestLift, 'invalid_plan', 'smallestLift');
  for (const [channel, weight] of Object.entries(plan.mix ?? {})) {
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new StatisticsRefusal(
      'invalid_plan',
      `mix gives ${channel} ${weight}, needed is 0 or more`,
    );
  }
}

/** Refuses a channel that does not fit the plan; returns its calls in the plan's order. */
export function callsInOrder(plan: ComparisonPlan, tally: ChannelTally): CallTally[] {
  if (tally.metric !== plan.metric) {
    throw new StatisticsRefusal(
      'metric_changed',
      `${tally.channel} counts ${tally.metric}, registered was ${plan.metric}`,
    );
  }
  if (tally.calls.length === 0) {
    throw new StatisticsRefusal('arm_count', `${tally.channel} holds 0 calls, at least 1`);
  }
  const byId = new Map<string, CallTally>();
  for (const call of tally.calls) {
    if (!plan.calls.includes(call.id)) {
      throw new StatisticsRefusal(
        'unknown_call',
        `${tally.channel} counts ${call.id}, which is not in the plan`,
      );
    }
    if (byId.has(call.id)) {
      throw new StatisticsRefusal('duplicate_call', `${tally.channel} holds ${call.id} twice`);
    }
    byId.set(call.id, call);
    for (const count of [call.human, call.all, call.late, call.events]) {
      if (count !== undefined) checkCount(count, `a count of ${call.id} on ${tally.channel}`);
    }
    if (call.exposures !== null) checkCount(call.exposures, `exposures of ${call.id}`);
  }
  return plan.calls.flatMap((id) => byId.get(id) ?? []);
}
