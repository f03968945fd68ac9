/** Row 5 without chance: the power of the final read and of the z-test, over every table there is. */

import { twoArmTests } from '../../functions/statistics/two-arm-tests.ts';

export type FinalPower = { fixed: number; final: number };

/** Two-sided 5 %. */
const zCritical = 1.959963984540054;
/** Tables with fewer or more conversions of one call than this are left out: below 1e-12. */
const deviations = 8;

/**
 * How often b is found better by the fixed-horizon z-test, and by Fisher's test at `alpha`, when
 * n people each answer a and b at these rates. Cost: O(n rate) tests and O(n rate) squared sums.
 */
export function finalPower(n: number, rates: readonly [number, number], alpha: number): FinalPower {
  const [a, b] = rates.map((rate) => chancesOf(n, rate)) as [Chances, Chances];
  const found = { fixed: 0, final: 0 };
  for (let total = a.from + b.from; total <= a.to + b.to; total += 1) {
    const byZ = atLeast(n, a, b, total, (own) => zTest(n, [total - own, own]) > zCritical);
    const byFisher = atLeast(n, a, b, total, (own) => isFound(n, total - own, own, alpha));
    found.fixed += byZ;
    found.final += byFisher;
  }
  return found;
}

/** Whether the final read finds b better. */
export function isFound(n: number, a: number, b: number, alpha: number): boolean {
  return b > a && twoArmTests({ a: { n, s: a }, b: { n, s: b } }).fisherTwoSided <= alpha;
}

/** z of b over a by the pooled variance. */
export function zTest(n: number, [a, b]: readonly [number, number]): number {
  const pooled = (a + b) / (2 * n);
  return (b - a) / n / Math.sqrt((2 * pooled * (1 - pooled)) / n);
}

type Chances = { from: number; to: number; of: readonly number[] };

/** The binomial chances of every count within eight standard deviations. */
function chancesOf(n: number, rate: number): Chances {
  const reach = deviations * Math.sqrt(n * rate * (1 - rate)) + 1;
  const from = Math.max(0, Math.floor(n * rate - reach));
  const to = Math.min(n, Math.ceil(n * rate + reach));
  const of: number[] = [];
  let log = n * Math.log1p(-rate);
  for (let count = 0; count <= to; count += 1) {
    if (count >= from) of.push(Math.exp(log));
    log += Math.log((n - count) / (count + 1)) + Math.log(rate / (1 - rate));
  }
  return { from, to, of };
}

/** Chance of the tables of one total from the first on that is found: more of b is found as well. */
function atLeast(
  n: number,
  a: Chances,
  b: Chances,
  total: number,
  holds: (own: number) => boolean,
): number {
  let lo = Math.max(b.from, Math.ceil(total / 2), total - a.to);
  const last = Math.min(b.to, total - a.from, n);
  let hi = last + 1;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (holds(middle)) hi = middle;
    else lo = middle + 1;
  }
  let sum = 0;
  for (let own = lo; own <= last; own += 1) {
    sum += (b.of[own - b.from] ?? 0) * (a.of[total - own - a.from] ?? 0);
  }
  return sum;
}
