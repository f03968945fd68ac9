/** Student's t distribution, as a symmetric beta distribution on the logit scale. */

import { betaCurve, curveCdf, curveQuantile } from './beta-curve.ts';

/**
 * Student's t with df degrees of freedom is sqrt(df) sinh(d/2) of a Beta(df/2, df/2) logit d.
 * `twoSided` is P(|T| >= |t|), `quantile` the t below which lies probability q in (0, 1).
 * Domain: df > 0, need not be whole. Source: Devroye 1986, chapter IX. Cost: 600 densities.
 */
export function student(df: number): {
  twoSided: (t: number) => number;
  quantile: (q: number) => number;
} {
  const curve = betaCurve({ a: df / 2, b: df / 2 });
  const root = Math.sqrt(df);
  return {
    twoSided: (t) => Math.min(1, 2 * curveCdf(curve, -2 * Math.asinh(Math.abs(t) / root))),
    quantile: (q) => root * Math.sinh(curveQuantile(curve, q) / 2),
  };
}
