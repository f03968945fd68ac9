/** Rows 5, 6 and 8: how often and how soon a real difference is found, and whether intervals hold. */

import { meanSequence } from '../../functions/statistics/mean-sequence.ts';
import { pairSequential } from '../../functions/statistics/pair-sequential.ts';
import { chance } from './chance.ts';
import { type Run, type Share, samePlan } from './false-winners.ts';
import { finalPower, isFound } from './final-power.ts';
import { watch } from './watch.ts';

/** Shares of bursts; `fixed` and the final read's part of `ours` are exact, the rest is simulated. */
export type Power = {
  ours: number;
  fixed: number;
  growthBook: number;
  /** of `ours`: what being watched adds to the final read, and its standard error */
  watched: number;
  watchedError: number;
  /** ours over GrowthBook's, both from the same simulated bursts */
  vsGrowthBook: number;
};

const alphaFinal = 0.04;

/**
 * 2 % against 2.6 % at 10,000 a call: ours, the fixed-horizon z-test, GrowthBook's sequential. The
 * two tests that look once are enumerated, so the simulation has only to tell what watching adds.
 */
export function power(run: Run, lift: number): Power {
  const plan = samePlan([0.02, 0.02 * lift], run);
  const chances = chance(run.seed, 500 + Math.round(lift * 100));
  const found = { ours: 0, growthBook: 0, added: 0, lost: 0 };
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const { claim, counts } = watch(plan, chances);
    const pairs = looksOf(counts);
    const [a, b] = pairs[pairs.length - 1] ?? [0, 0];
    const isOurs = claim?.winner === 'b';
    const isFinal = isFound(plan.n, a, b, alphaFinal);
    if (isOurs) found.ours += 1;
    if (isOurs && !isFinal) found.added += 1;
    if (isFinal && !isOurs) found.lost += 1;
    if (pairs.some((pair) => growthBookCalls(plan.n, pair))) found.growthBook += 1;
  }
  const { fixed, final } = finalPower(plan.n, [0.02, 0.02 * lift], alphaFinal);
  const watched = (found.added - found.lost) / run.bursts;
  return {
    ours: final + watched,
    fixed,
    growthBook: found.growthBook / run.bursts,
    watched,
    // One burst more or less, where none was seen.
    watchedError: Math.sqrt(Math.max(1, found.added + found.lost)) / run.bursts,
    vsGrowthBook: found.ours / found.growthBook,
  };
}

/** Lift 1.5: share of bursts called by hour 12 of 48. */
export function calledByHour12(run: Run): Share {
  const plan = samePlan([0.02, 0.03], run);
  const chances = chance(run.seed, 600);
  let called = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const { claim } = watch(plan, chances);
    if (claim?.winner === 'b' && claim.look + 1 <= run.looks / 4) called += 1;
  }
  return { share: called / run.bursts, bursts: run.bursts };
}

/** Share of bursts in which the live 95 % interval misses the true ratio at any look. */
export function coverageMiss(run: Run, lift: number): Share {
  const plan = { ...samePlan([0.02, 0.02 * lift], run), finalRead: false };
  const chances = chance(run.seed, 700 + Math.round(lift * 100));
  let missed = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const { counts } = watch(plan, chances);
    const misses = looksOf(counts).some(([a, b]) => {
      const { ratioLo, ratioHi } = pairSequential({
        i: { n: plan.n, s: b },
        j: { n: plan.n, s: a },
        alpha: 0.05,
      });
      return ratioLo > lift || ratioHi < lift;
    });
    if (misses) missed += 1;
  }
  return { share: missed / run.bursts, bursts: run.bursts };
}

function looksOf(counts: readonly Int32Array[]): [number, number][] {
  const [a, b] = counts;
  return Array.from(a ?? [], (count, look): [number, number] => [count, b?.[look] ?? 0]);
}

/** GrowthBook: asymptotic confidence sequence, N* = 5,000, 95 %; the difference, its stronger form. */
function growthBookCalls(n: number, [a, b]: [number, number]): boolean {
  if (a === 0 || b === 0) return false;
  const { lo } = meanSequence({
    a: { n, sum: a, sumSq: a },
    b: { n, sum: b, sumSq: b },
    alpha: 0.05,
    nStar: 5000,
  });
  return lo > 0;
}
