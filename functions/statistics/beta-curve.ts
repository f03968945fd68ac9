/** A beta distribution on the logit scale, cut into panels on which it is smooth (S2's method). */

import { gaussLegendre } from './gauss-legendre.ts';
import { logitFall } from './logit-fall.ts';

/** Parameters of Beta(a, b); need not be whole numbers. */
export type Shape = { a: number; b: number };

/** Density below e^-57.6 = 1e-25 of the peak is left out. */
const fallMax = 57.6;

/**
 * Panel ends in d = t - ln(a/b), t = ln(x/(1 - x)): steps of 0.75 sd to 8 sd, then growing 15 % a
 * step until the density is below 1e-25 of its peak. A step is at most 0.75 where sd > 1, because
 * the density then has a cliff of width 1.
 * Source: S2 of the specification. Cost: about 40 ends; more for shapes below 1.
 */
function panelEnds({ a, b }: Shape): number[] {
  const sd = Math.min(1, Math.sqrt(1 / a + 1 / b));
  const ends = [0];
  for (const side of [1, -1]) {
    let step = 0.75 * sd;
    let d = 0;
    while (logitFall(a, b, d) < fallMax) {
      if (Math.abs(d) >= 8 * sd) step = Math.max(step, 0.15 * Math.abs(d));
      d += side * step;
      ends.push(d);
    }
  }
  return ends.sort((x, y) => x - y);
}

/**
 * The shape's distribution function, tail and quantiles, normalised numerically: no log-gamma, no
 * cancellation at counts of 1e9. `cdf` and `tail` take d. Cost: one density per node, about 600.
 */
export type BetaCurve = {
  shape: Shape;
  ends: readonly number[];
  /** integral of each panel, not normalised */
  masses: readonly number[];
  total: number;
};

export function betaCurve(shape: Shape): BetaCurve {
  const ends = panelEnds(shape);
  const masses: number[] = [];
  for (let k = 1; k < ends.length; k += 1) {
    masses.push(integral(shape, ends[k - 1] ?? 0, ends[k] ?? 0));
  }
  return { shape, ends, masses, total: masses.reduce((sum, mass) => sum + mass, 0) };
}

/** P(d <= at), summed from below so that a small tail keeps its digits. */
export function curveCdf({ shape, ends, masses, total }: BetaCurve, at: number): number {
  let sum = 0;
  for (const [k, mass] of masses.entries()) {
    const lo = ends[k] ?? 0;
    if (at <= lo) break;
    sum += at >= (ends[k + 1] ?? 0) ? mass : integral(shape, lo, at);
  }
  return sum / total;
}

/** The d below which lies probability q, 0 < q < 1: panel by its mass, then Newton within it. */
export function curveQuantile(curve: BetaCurve, q: number): number {
  const { shape, ends, masses, total } = curve;
  let wanted = q * total;
  let k = 0;
  while (k < masses.length - 1 && wanted > (masses[k] ?? 0)) {
    wanted -= masses[k] ?? 0;
    k += 1;
  }
  const from = ends[k] ?? 0;
  let lo = from;
  let hi = ends[k + 1] ?? 0;
  let d = lo + (hi - lo) * Math.min(1, wanted / (masses[k] ?? 1));
  for (let step = 0; step < 100; step += 1) {
    const miss = integral(shape, from, d) - wanted;
    if (miss > 0) hi = d;
    else lo = d;
    let next = d - miss / Math.exp(-logitFall(shape.a, shape.b, d));
    if (!(next > lo && next < hi)) next = (lo + hi) / 2;
    const moved = Math.abs(next - d);
    d = next;
    if (moved <= 1e-15 * Math.abs(d) || hi - lo <= 1e-16 * Math.abs(d)) break;
  }
  return d;
}

/** x of a distance d from the shape's centre: 1/(1 + (b/a) e^-d). */
export function shareAt({ a, b }: Shape, d: number): number {
  return 1 / (1 + (b / a) * Math.exp(-d));
}

/** Integral of the density relative to its peak over one panel or part of it. */
function integral({ a, b }: Shape, lo: number, hi: number): number {
  const half = (hi - lo) / 2;
  const middle = (hi + lo) / 2;
  const { nodes, weights } = gaussLegendre;
  let sum = 0;
  for (const [k, node] of nodes.entries()) {
    sum += (weights[k] ?? 0) * Math.exp(-logitFall(a, b, middle + half * node));
  }
  return sum * half;
}
