/** The tests of the final read: Fisher's exact test and Pearson's chi-square (S7). */

import { type Arm, checkArm } from './arm.ts';
import { homogeneity } from './homogeneity.ts';

export type TwoArmTests = {
  fisherTwoSided: number;
  /** how easily chance alone gives b at least this many of the successes */
  fisherGreater: number;
  /** how easily chance alone gives b at most this many of the successes */
  fisherLess: number;
  chi2: number;
  chi2P: number;
};

/** Tables this much likelier than the observed one still count as no likelier (R's slack). */
const slack = 1 + 1e-7;

/**
 * Fisher two-sided: total probability of the tables with the same margins that are no likelier
 * than the observed one. Probabilities are built from the mode outwards by ratios of neighbours,
 * so counts of 1e9 keep ten digits. All of b against a.
 * Refuses: invalid_count, successes_exceed_trials.
 * Source: Fisher 1935; R's fisher.test for the two-sided rule.
 * Cost: O(standard deviations of the table): 1 ms at 1e7 conversions.
 */
export function twoArmTests({ a, b }: { a: Arm; b: Arm }): TwoArmTests {
  checkArm(a, 'arm a');
  checkArm(b, 'arm b');
  const { chi2, p } = homogeneity({ arms: [a, b] });
  return { ...fisher(a, b), chi2, chi2P: p };
}

type Walk = { total: number; greater: number; less: number; unlikely: number };

function fisher(a: Arm, b: Arm) {
  const successes = a.s + b.s;
  const failures = a.n + b.n - successes;
  if (a.n === 0 || b.n === 0 || successes === 0 || failures === 0) {
    return { fisherTwoSided: 1, fisherGreater: 1, fisherLess: 1 };
  }
  const table = {
    n: b.n,
    successes,
    lo: Math.max(0, successes - a.n),
    hi: Math.min(b.n, successes),
    offset: a.n - successes,
  };
  const start = Math.round((b.n + 1) * ((successes + 1) / (a.n + b.n + 2)) - 0.5);
  const mode = Math.min(table.hi, Math.max(table.lo, start));
  const observed = weightAt(table, mode, b.s);
  const walk: Walk = { total: 1, greater: 0, less: 0, unlikely: 0 };
  count(walk, mode, 1, b.s, observed);
  outwards(walk, table, mode, b.s, observed, 1);
  outwards(walk, table, mode, b.s, observed, -1);
  return {
    fisherTwoSided: Math.min(1, walk.unlikely / walk.total),
    fisherGreater: Math.min(1, walk.greater / walk.total),
    fisherLess: Math.min(1, walk.less / walk.total),
  };
}

type Table = { n: number; successes: number; lo: number; hi: number; offset: number };

/** P(x + 1)/P(x) with x of the successes in b. */
function up({ n, successes, offset }: Table, x: number): number {
  return ((n - x) / (x + 1)) * ((successes - x) / (offset + x + 1));
}

function step(table: Table, x: number, direction: 1 | -1): number {
  return direction === 1 ? up(table, x) : 1 / up(table, x - 1);
}

/** Probability of x relative to the mode; 0 once it is below the smallest number. */
function weightAt(table: Table, mode: number, x: number): number {
  const direction = x >= mode ? 1 : -1;
  let weight = 1;
  for (let at = mode; at !== x && weight > 0; at += direction) weight *= step(table, at, direction);
  return weight;
}

function outwards(
  walk: Walk,
  table: Table,
  mode: number,
  observed: number,
  observedWeight: number,
  direction: 1 | -1,
): void {
  const end = direction === 1 ? table.hi : table.lo;
  const enough = Math.min(1, observedWeight) * 1e-20;
  let weight = 1;
  for (let x = mode; x !== end; ) {
    weight *= step(table, x, direction);
    x += direction;
    walk.total += weight;
    count(walk, x, weight, observed, observedWeight);
    if (weight <= enough || weight < 1e-305) break;
  }
}

function count(walk: Walk, x: number, weight: number, observed: number, observedWeight: number) {
  if (x >= observed) walk.greater += weight;
  if (x <= observed) walk.less += weight;
  if (weight <= observedWeight * slack) walk.unlikely += weight;
}
