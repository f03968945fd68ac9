/** May one winner be declared over several channels (S21). */

import { checkArms } from './arm.ts';
import { checkOpenUnit } from './check-between.ts';
import { compareRates } from './compare-rates.ts';
import { conversionsMin, type KnownArm } from './decide.ts';
import { type MantelHaenszel, mantelHaenszel } from './mantel-haenszel.ts';
import { StatisticsRefusal } from './refusal.ts';

export type DecideOverallInput = {
  /** one entry a channel that is itself comparable; every entry carries the same calls */
  strata: readonly (readonly KnownArm[])[];
  alpha?: number;
};
type OverallPair = { id: string } & Pick<
  MantelHaenszel,
  'riskRatio' | 'riskRatioLo' | 'riskRatioHi' | 'cmhP' | 'breslowDayP'
>;
export type OverallDecision = {
  status: 'winner' | 'no_clear_winner' | 'not_comparable';
  reason:
    | 'stratified'
    | 'insufficient_evidence'
    | 'differs_by_channel'
    | 'no_consistent_leader'
    | 'too_few_conversions'
    | 'too_few_arms';
  winner: string | null;
  /** the call whose pooled risk ratio is above 1 against every other */
  leader: string | null;
  /** the leader by added-up counts is another one: show the two tables that explain it */
  simpson: boolean;
  /** who adding up would have named; for the explanation only */
  crudeLeader: string | null;
  /** the leader against each rival */
  pairs: OverallPair[];
};

/**
 * The call with a Mantel-Haenszel risk ratio above 1 against every other leads. Breslow-Day
 * p < 0.05 against any rival: differs_by_channel. CMH p <= alpha/(k - 1) against all: winner.
 * Below 20 conversions nothing is claimed.
 * Refuses: arm_count, invalid_count, successes_exceed_trials, unknown_call, invalid_alpha.
 * Source: S13 and S21 of the specification. Cost: O(arms^2 strata).
 */
export function decideOverall({ strata, alpha = 0.04 }: DecideOverallInput): OverallDecision {
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  const ids = checkStrata(strata);
  const nothing = { winner: null, leader: null, simpson: false, crudeLeader: null, pairs: [] };
  if (ids.length < 2) return { status: 'not_comparable', reason: 'too_few_arms', ...nothing };
  const crudeLeader = crude(strata, ids);
  const leader = ids.find((id) => leads(strata, ids, id)) ?? null;
  if (leader === null) {
    return { ...nothing, status: 'no_clear_winner', reason: 'no_consistent_leader', crudeLeader };
  }
  const pairs = ids.filter((id) => id !== leader).map((id) => pairOf(strata, id, leader));
  const simpson = crudeLeader !== leader;
  const found = { winner: null, leader, simpson, crudeLeader, pairs };
  const conversions = strata.flat().reduce((sum, { s }) => sum + s, 0);
  if (conversions < conversionsMin) {
    return { ...found, status: 'no_clear_winner', reason: 'too_few_conversions' };
  }
  if (pairs.some(({ breslowDayP }) => breslowDayP < 0.05)) {
    return { ...found, status: 'no_clear_winner', reason: 'differs_by_channel' };
  }
  if (pairs.every(({ cmhP }) => cmhP <= alpha / (ids.length - 1))) {
    return { ...found, status: 'winner', reason: 'stratified', winner: leader };
  }
  return { ...found, status: 'no_clear_winner', reason: 'insufficient_evidence' };
}

function checkStrata(strata: DecideOverallInput['strata']): string[] {
  const ids = (strata[0] ?? []).map(({ id }) => id);
  for (const [index, arms] of strata.entries()) {
    checkArms(arms, 0);
    const own = new Set(arms.map(({ id }) => id));
    if (own.size !== ids.length || arms.length !== ids.length || ids.some((id) => !own.has(id))) {
      throw new StatisticsRefusal(
        'unknown_call',
        `stratum ${index} carries ${[...own].join(', ')}, the first carries ${ids.join(', ')}`,
      );
    }
  }
  return ids;
}

function pairOf(strata: DecideOverallInput['strata'], rival: string, leader: string): OverallPair {
  const pooled = mantelHaenszel({
    strata: strata.map((arms) => ({ a: armOf(arms, rival), b: armOf(arms, leader) })),
  });
  const { riskRatio, riskRatioLo, riskRatioHi, cmhP, breslowDayP } = pooled;
  return { id: rival, riskRatio, riskRatioLo, riskRatioHi, cmhP, breslowDayP };
}

function leads(strata: DecideOverallInput['strata'], ids: readonly string[], id: string): boolean {
  return ids.every((other) => {
    if (other === id) return true;
    const { riskRatio } = pairOf(strata, other, id);
    return riskRatio !== null && riskRatio > 1 + 1e-14;
  });
}

function crude(strata: DecideOverallInput['strata'], ids: readonly string[]): string | null {
  const pooled = ids.map((id) => {
    let n = 0;
    let s = 0;
    for (const arms of strata) {
      n += armOf(arms, id).n;
      s += armOf(arms, id).s;
    }
    return { id, n, s };
  });
  const best = pooled.filter((arm) => pooled.every((other) => compareRates(arm, other) >= 0));
  return best.length === 1 ? (best[0]?.id ?? null) : null;
}

function armOf(arms: readonly KnownArm[], id: string): { n: number; s: number } {
  const { n, s } = arms.find((arm) => arm.id === id) ?? { n: 0, s: 0 };
  return { n, s };
}
