// The goal of a burst: what was wanted, what came, and how that stands today, in words.

import { countsOf } from './comparison-of.ts';
import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';
import { number, sayTime } from './say-time.ts';

export interface GoalReport {
  /** What is counted, as the operator calls it. */
  readonly count: string;
  readonly target: number | null;
  /** Conversions by event id on all channels together: a goal is one number, not a comparison. */
  readonly actual: number;
  readonly until: number;
  readonly perDay: number | null;
  /** What every day that is left would have to bring. */
  readonly neededPerDay: number | null;
  readonly state: 'met' | 'open' | 'not_met' | 'counted';
  readonly words: string;
}

const DAY_MS = 86_400_000;

export function goalOf(basis: ReportBasis, groups: readonly ReportGroup[]): GoalReport | null {
  const { frame, burst, now } = basis;
  const { goal } = frame;
  if (!goal || burst.momentAt === undefined) return null;
  const actual = groups
    .flatMap((group) => group.shares.map(({ call }) => countsOf(basis, group, call)))
    .reduce((sum, count) => sum + count('conversions'), 0);
  const until = burst.momentAt + goal.withinMs;
  const { count, target } = goal;
  const days = Math.max(0, Math.min(now, until) - burst.momentAt) / DAY_MS;
  const left = Math.max(0, until - now) / DAY_MS;
  const perDay = days * 24 >= 1 ? actual / days : null;
  const missing = target === undefined ? 0 : Math.max(0, target - actual);
  const neededPerDay = left > 0 && missing > 0 ? missing / left : null;
  const state =
    target === undefined ? 'counted' : missing === 0 ? 'met' : left > 0 ? 'open' : 'not_met';
  const base = {
    count,
    target: target ?? null,
    actual,
    until,
    perDay,
    neededPerDay,
    state,
  } as const;
  return { ...base, words: wordsOf(base, burst.zone) };
}

function wordsOf(goal: Omit<GoalReport, 'words'>, zone: string): string {
  const { count, target, actual, until, perDay, neededPerDay, state } = goal;
  const end = sayTime(until, zone);
  switch (state) {
    case 'counted':
      return `${number(actual)} (${count}) so far; no target was set.`;
    case 'met':
      return `Met: ${number(actual)}, the target was ${number(target ?? 0)} (${count}) by ${end}.`;
    case 'not_met':
      return `Not met: ${number(actual)} of ${number(target ?? 0)} (${count}) by ${end}.`;
    case 'open': {
      const pace = perDay === null ? '' : ` It brings ${daily(perDay)} a day so far.`;
      const need =
        neededPerDay === null ? '' : ` The days that are left need ${daily(neededPerDay)} each.`;
      return `Not met yet: ${number(actual)} of ${number(target ?? 0)} (${count}), time until ${end}.${pace}${need}`;
    }
  }
}

function daily(value: number): string {
  return value >= 10 ? number(Math.round(value)) : value.toFixed(1);
}
