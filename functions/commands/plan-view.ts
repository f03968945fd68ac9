// A plan as an answer shows it: what is said where, without markup and bytes.

import type { FollowUpPlan, LegPlan, Plan } from '#domain/plan.ts';
import type { Who } from '#domain/who-follows.ts';

export interface LegView {
  readonly leg: string;
  readonly channel: string;
  readonly outcome?: string;
  /** `split` by chance, one by name, or weights. */
  readonly calls: readonly { readonly call: string; readonly share: number }[];
  readonly offsetMs: number;
  readonly deadlineMs: number;
  readonly ifNotReady: 'hold' | 'drop' | 'go';
  /** Of email. */
  readonly list?: string;
  readonly from?: string;
  readonly subject?: string;
  /** Of a post. */
  readonly connection?: string;
  /** The series it is one post of. */
  readonly series?: string;
  readonly text?: string;
}

export interface PlanView {
  readonly campaign: string;
  readonly offer?: string;
  readonly goal?: { readonly count: string; readonly target?: number; readonly withinMs: number };
  readonly linkBase: string;
  readonly notify: readonly string[];
  readonly calls: readonly { readonly name: string; readonly say: string; readonly to: string }[];
  readonly approvalAbove?: number;
  /** What judges the calls: approved with everything else. */
  readonly registration: Plan['registration'];
  /** Of every list, without any message. */
  readonly holdout?: number;
  /** Bursts that are made when this one is sent. */
  readonly followUps?: readonly {
    readonly name: string;
    readonly burst: string;
    readonly afterMs: number;
    /** Of those whom this one reached. */
    readonly who: Who;
  }[];
  readonly legs: readonly LegView[];
}

export function viewOf(plan: Plan): PlanView {
  const { campaign, offer, goal, linkBase, notify, calls, approvalAbove, legs } = plan;
  const { registration, holdout, followUps } = plan;
  return {
    campaign,
    ...(offer === undefined ? {} : { offer }),
    ...(goal === undefined ? {} : { goal: goalOf(goal) }),
    linkBase,
    notify,
    calls: calls.map(({ name, say, to }) => ({ name, say, to })),
    ...(approvalAbove === undefined ? {} : { approvalAbove }),
    registration,
    ...(holdout === undefined ? {} : { holdout }),
    ...(followUps === undefined ? {} : { followUps: followUps.map(followUpOf) }),
    legs: legs.map(legOf),
  };
}

function followUpOf({ name, burst, afterMs, legs }: FollowUpPlan) {
  return { name, burst, afterMs, who: legs[0]?.followUp?.who ?? 'not-clicked' } as const;
}

function goalOf({ count, target, withinMs }: NonNullable<Plan['goal']>) {
  return { count, withinMs, ...(target === undefined ? {} : { target }) };
}

function legOf(leg: LegPlan): LegView {
  const { name, channel, outcome, offsetMs, deadlineMs, ifNotReady } = leg;
  const base = {
    leg: name,
    channel,
    ...(outcome === undefined ? {} : { outcome }),
    offsetMs,
    deadlineMs,
    ifNotReady,
  };
  if (leg.kind === 'email') {
    const { audience, from, subject } = leg;
    const whole = leg.allocation.reduce((sum, { weight }) => sum + weight, 0);
    const calls = leg.allocation
      .filter(({ weight }) => weight > 0)
      .map(({ call, weight }) => ({ call, share: weight / whole }));
    return { ...base, calls, list: audience, from, subject };
  }
  const { call, visitors = [call], series, connection, text } = leg;
  const calls = visitors.map((one) => ({ call: one, share: 1 / visitors.length }));
  return { ...base, calls, connection, text, ...(series ? { series: series.name } : {}) };
}
