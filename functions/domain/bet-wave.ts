// A later wave with the calls that a bet gave it, and what the bet was based on.

import type { LegRange, WaveRange } from './manifest.ts';
import type { Allocation, EmailLegPlan } from './plan.ts';

/** The calls a leg can bet on: those with a weight, in the order of the plan. */
export function callsOfBet({ allocation }: Pick<EmailLegPlan, 'allocation'>): string[] {
  return allocation.filter(({ weight }) => weight > 0).map(({ call }) => call);
}

/** Recipients of a leg that a wave and those after it hold. */
export function remainingFrom(range: Pick<LegRange, 'waves'>, wave: number): number {
  const rest = range.waves?.slice(wave) ?? [];
  return rest.reduce((sum, { from, to }) => sum + to - from, 0);
}

interface Made {
  readonly bet: 'roll' | 'best';
  readonly calls: readonly string[];
  /** By call; null: as planned. */
  readonly weights: readonly number[] | null;
  readonly reason: string;
  readonly atStake: number;
  readonly history: readonly (readonly { readonly n: number; readonly s: number }[])[];
}

/** The wave with its allocation and the basis of it, which the report shows. */
export function withBet(wave: WaveRange, planned: Allocation, made: Made): WaveRange {
  const { bet, calls, weights, reason, atStake, history } = made;
  const allocation = weights
    ? calls.map((call, index) => ({ call, weight: weights[index] ?? 0 }))
    : planned.map((share) => ({ ...share }));
  const seen = calls.map((call, index) => ({
    call,
    n: history.reduce((sum, arms) => sum + (arms[index]?.n ?? 0), 0),
    s: history.reduce((sum, arms) => sum + (arms[index]?.s ?? 0), 0),
  }));
  return { ...wave, allocation, bet: { kind: bet, reason, atStake, seen } };
}
