/** May a winner be declared on this channel, and if not, why not (S21). */

import { type Arm, armsMax, checkArm, checkCount } from './arm.ts';
import { checkClosedUnit, checkOpenUnit } from './check-between.ts';
import { compareRates } from './compare-rates.ts';
import { mantelHaenszel } from './mantel-haenszel.ts';
import { pairEvidence } from './pair-sequential.ts';
import { StatisticsRefusal } from './refusal.ts';
import { checkWeights, srm, srmThreshold } from './srm.ts';
import { stratifiedSequential } from './stratified-sequential.ts';
import { twoArmTests } from './two-arm-tests.ts';
import { checkWaves, twoWayRates, type Waves } from './two-way-rates.ts';

export type Design = 'randomized' | 'observational' | 'switchback';
export type DecideArm = { id: string; n: number | null; s: number };
export type KnownArm = { id: string } & Arm;

export type DecideInput = {
  design: Design;
  arms: readonly DecideArm[];
  /** planned shares of exposure; equal when left out */
  weights?: readonly number[] | undefined;
  alphaLive?: number | undefined;
  alphaFinal?: number | undefined;
  /** share of the expected answers that are in, 0 to 1 */
  maturity: number;
  /** this is the one pre-registered read, on a snapshot */
  finalRead: boolean;
  /** counts per wave, for splits that changed: selects S9b and CMH by wave */
  waves?: Waves | undefined;
  /** all clicks, machines included, to see whether a claim hangs on the filter */
  allClicks?: readonly KnownArm[] | undefined;
};

export type DecideStatus = 'winner' | 'leading' | 'no_clear_winner' | 'not_comparable' | 'invalid';
export type DecideReason =
  | 'live'
  | 'final'
  | 'immature'
  | 'insufficient_evidence'
  | 'sensitive_to_bot_filter'
  | 'tie'
  | 'too_few_conversions'
  | 'srm'
  | 'too_few_posts'
  | 'too_few_arms'
  | 'not_randomized'
  | 'missing_exposure';

/** What the leader has on one rival; evidence at level alpha is logE >= ln((k - 1)/alpha). */
export type RivalEvidence = { id: string; logE: number; finalP: number | null };

export type Decision = {
  status: DecideStatus;
  reason: DecideReason;
  winner: string | null;
  /** who is ahead by the counts, whatever that is worth; null when nobody is */
  leader: string | null;
  rivals: RivalEvidence[];
};

export const conversionsMin = 20;
export const maturityMin = 0.9;
/** Above this ratio of the largest arm to the smallest, the final read is Bonferroni corrected. */
const unevenFrom = 1.5;

/**
 * The states of S21 in their order; the first that applies is the answer. False winners stay below
 * alphaLive + alphaFinal whatever the number of looks: live by Ville's inequality over the k - 1
 * comparisons with a true best, final by rank verification (Hung and Fithian 2019).
 * A switchback channel is decided by its posts (decidePosts); totals alone are too few posts.
 * Refuses: invalid_count, successes_exceed_trials, arm_count (above 20), duplicate_call,
 * unknown_call, invalid_weights, invalid_waves, invalid_alpha, invalid_maturity, invalid_plan (a
 * design that is none of the three).
 * Cost: O(arms) live, one exact test a rival at the final read.
 */
export function decide(input: DecideInput): Decision {
  checkInput(input);
  const early = notComparable(input);
  if (early) return early;
  const arms = input.arms as readonly KnownArm[];
  const mismatch = srm({
    observed: arms.map(({ n }) => n),
    weights: input.weights ?? arms.map(() => 1),
  });
  const chance = input.finalRead
    ? Math.min(mismatch.p, mismatch.sequentialP)
    : mismatch.sequentialP;
  if (chance < srmThreshold) return answer('invalid', 'srm');
  const order = leaders(arms, input.waves);
  const leader = order.length === 1 ? (arms[order[0] ?? 0]?.id ?? null) : null;
  if (arms.reduce((sum, { s }) => sum + s, 0) < conversionsMin) {
    return answer('no_clear_winner', 'too_few_conversions', leader);
  }
  if (leader === null) return answer('no_clear_winner', 'tie');
  return judge(input, arms, order[0] ?? 0, leader);
}

function judge(
  input: DecideInput,
  arms: readonly KnownArm[],
  best: number,
  leader: string,
): Decision {
  const { alphaLive = 0.01, alphaFinal = 0.04 } = input;
  const rivals = evidence(input, arms, best);
  const k = arms.length;
  const live = rivals.every(({ logE }) => logE >= Math.log((k - 1) / alphaLive));
  const sizes = arms.map(({ n }) => n);
  const uneven = Math.max(...sizes) > unevenFrom * Math.min(...sizes);
  const alpha = uneven ? alphaFinal / (k - 1) : alphaFinal;
  const final = rivals.every(({ finalP }) => finalP !== null && finalP <= alpha);
  const claim = live && input.maturity >= maturityMin ? 'live' : final ? 'final' : null;
  if (claim && contradicted(input, arms, best, alpha)) {
    return answer('no_clear_winner', 'sensitive_to_bot_filter', leader, rivals);
  }
  if (claim) return { ...answer('winner', claim, leader, rivals), winner: leader };
  if (live) return answer('leading', 'immature', leader, rivals);
  return answer('no_clear_winner', 'insufficient_evidence', leader, rivals);
}

function answer(
  status: DecideStatus,
  reason: DecideReason,
  leader: string | null = null,
  rivals: RivalEvidence[] = [],
): Decision {
  return { status, reason, winner: null, leader, rivals };
}

function notComparable({ design, arms }: DecideInput): Decision | null {
  if (arms.some(({ n }) => n === null)) return answer('not_comparable', 'missing_exposure');
  if (design === 'observational') return answer('not_comparable', 'not_randomized');
  if (arms.length < 2 || arms.some(({ n }) => n === 0)) {
    return answer('not_comparable', 'too_few_arms');
  }
  return design === 'switchback' ? answer('not_comparable', 'too_few_posts') : null;
}

/** Places of the arms that share the best rate; by two-way rates where the split changed. */
function leaders(arms: readonly KnownArm[], waves?: Waves): number[] {
  if (!waves) {
    return places(arms, (arm) => arms.every((other) => compareRates(arm, other) >= 0));
  }
  const rates = twoWayRates({ waves }).relativeRates.map((rate) => rate ?? 0);
  const top = Math.max(...rates);
  return places(rates, (rate) => rate >= top * (1 - 1e-12));
}

function places<T>(list: readonly T[], holds: (item: T) => boolean): number[] {
  return list.flatMap((item, index) => (holds(item) ? [index] : []));
}

function evidence(
  { waves, finalRead }: DecideInput,
  arms: readonly KnownArm[],
  best: number,
): RivalEvidence[] {
  const winner = arms[best] ?? { n: 0, s: 0 };
  return arms.flatMap((rival, index) => {
    if (index === best) return [];
    if (waves) return [byWave(waves, best, index, rival.id, finalRead)];
    const finalP = finalRead ? twoArmTests({ a: rival, b: winner }).fisherTwoSided : null;
    return [{ id: rival.id, logE: pairEvidence(winner, rival), finalP }];
  });
}

/**
 * Both tests look both ways, so they count only where the pooled ratio favours the leader too. CMH
 * with continuity correction: without it, steered splits passed 5 % false winners in calibration.
 */
function byWave(waves: Waves, best: number, rival: number, id: string, finalRead: boolean) {
  const pairs = waves.map((wave) => ({
    a: wave[rival] ?? { n: 0, s: 0 },
    b: wave[best] ?? { n: 0, s: 0 },
  }));
  const pooled = mantelHaenszel({ strata: pairs });
  if (!(pooled.riskRatio !== null && pooled.riskRatio > 1)) {
    return { id, logE: 0, finalP: finalRead ? 1 : null };
  }
  const { logE } = stratifiedSequential({ strata: pairs.map(({ a, b }) => ({ i: b, j: a })) });
  return { id, logE, finalP: finalRead ? pooled.cmhPCorrected : null };
}

/**
 * All clicks contradict a claim when they put the winner level with or behind a rival, or when
 * they do not support it and the filter took away more from that rival than chance explains.
 */
function contradicted(
  { allClicks }: DecideInput,
  arms: readonly KnownArm[],
  best: number,
  alpha: number,
): boolean {
  if (!allClicks) return false;
  const byId = new Map(allClicks.map((arm) => [arm.id, arm]));
  const winner = arms[best];
  const winnerAll = winner && byId.get(winner.id);
  if (!winner || !winnerAll) return true;
  return arms.some((rival) => {
    const rivalAll = byId.get(rival.id);
    if (rival.id === winner.id || !rivalAll) return false;
    if (compareRates(winnerAll, rivalAll) <= 0) return true;
    if (twoArmTests({ a: rivalAll, b: winnerAll }).fisherTwoSided <= alpha) return false;
    const machine = twoArmTests({
      a: removed(winner, winnerAll),
      b: removed(rival, rivalAll),
    });
    return machine.fisherGreater < 0.05;
  });
}

function removed(human: Arm, all: Arm): Arm {
  return { n: all.n, s: Math.max(0, all.s - human.s) };
}

const designs: readonly string[] = ['randomized', 'observational', 'switchback'];

function checkInput({ arms, weights, waves, allClicks, ...rest }: DecideInput): void {
  if (!designs.includes(rest.design)) {
    throw new StatisticsRefusal(
      'invalid_plan',
      `design is ${String(rest.design)}, allowed are ${designs.join(', ')}`,
    );
  }
  const { alphaLive = 0.01, alphaFinal = 0.04, maturity } = rest;
  checkOpenUnit(alphaLive, 'invalid_alpha', 'alphaLive');
  checkOpenUnit(alphaFinal, 'invalid_alpha', 'alphaFinal');
  checkClosedUnit(maturity, 'invalid_maturity', 'maturity');
  if (arms.length > armsMax) {
    throw new StatisticsRefusal(
      'arm_count',
      `comparison holds ${arms.length} arms, allowed are up to ${armsMax}`,
    );
  }
  for (const { id, n, s } of arms) {
    if (n === null) checkCount(s, `successes of ${id}`);
    else checkArm({ n, s }, id);
  }
  checkIds(arms, 'the comparison');
  if (weights && arms.length > 0) checkWeights(weights, arms.length);
  if (allClicks) checkAllClicks(arms, allClicks);
  if (waves) checkWavesOf(arms, waves);
}

function checkIds(arms: readonly { id: string }[], what: string): void {
  const seen = new Set<string>();
  for (const { id } of arms) {
    if (seen.has(id)) {
      throw new StatisticsRefusal('duplicate_call', `${what} holds ${id} twice, at most once`);
    }
    seen.add(id);
  }
}

function checkAllClicks(arms: readonly DecideArm[], allClicks: readonly KnownArm[]): void {
  checkIds(allClicks, 'allClicks');
  for (const arm of allClicks) checkArm(arm, `all clicks of ${arm.id}`);
  const known = new Set(arms.map(({ id }) => id));
  const stray = allClicks.find(({ id }) => !known.has(id));
  if (stray || allClicks.length !== arms.length) {
    throw new StatisticsRefusal(
      'unknown_call',
      `allClicks hold ${stray ? `${stray.id}, which is not compared` : `${allClicks.length} arms, needed are ${arms.length}`}`,
    );
  }
}

function checkWavesOf(arms: readonly DecideArm[], waves: Waves): void {
  if (arms.length < 2) return;
  checkWaves(waves);
  for (const [index, { id, n, s }] of arms.entries()) {
    const sent = waves.reduce((sum, wave) => sum + (wave[index]?.n ?? 0), 0);
    const answered = waves.reduce((sum, wave) => sum + (wave[index]?.s ?? 0), 0);
    if ((n !== null && sent !== n) || answered !== s) {
      throw new StatisticsRefusal(
        'invalid_waves',
        `waves of ${id} add up to ${answered} of ${sent}, its tally is ${s} of ${n}`,
      );
    }
  }
}
