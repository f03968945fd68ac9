/** The part of ln Gamma that Stirling's formula leaves out; what keeps large counts exact. */

/** Coefficients B_2m / (2m (2m - 1)) of the asymptotic series, m = 1..8. */
const series = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
] as const;

/** From here on eight terms of the series are exact to double precision. */
const seriesFrom = 12;

/**
 * delta(z) = ln Gamma(z) - ((z - 1/2) ln z - z + 1/2 ln 2 pi), for z > 0.
 * Below 12 by the recurrence delta(z) = delta(z + 1) + (z + 1/2) ln(1 + 1/z) - 1.
 * Differences of ln Gamma at large arguments lose all their digits; differences of delta do not,
 * because the large parts are cancelled on paper (see deviance.ts).
 * Source: Binet; Loader, Fast and Accurate Computation of Binomial Probabilities (2000). Cost: O(1).
 */
export function stirlingError(z: number): number {
  let shift = 0;
  let at = z;
  while (at < seriesFrom) {
    shift += (at + 0.5) * Math.log1p(1 / at) - 1;
    at += 1;
  }
  const inverseSquare = 1 / (at * at);
  let sum = 0;
  for (let m = series.length - 1; m >= 0; m -= 1) sum = sum * inverseSquare + (series[m] ?? 0);
  return shift + sum / at;
}
