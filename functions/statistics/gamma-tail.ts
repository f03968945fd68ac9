/** The regularised incomplete gamma function, behind chi-square and normal tails. */

import { deviance } from './deviance.ts';
import { stirlingError } from './stirling-error.ts';

/**
 * Q(a, x) = Gamma(a, x)/Gamma(a), the upper tail, for a > 0 and x >= 0.
 * The factor x^a e^-x / Gamma(a) is formed from the deviance, so large a and x stay exact;
 * then the series for P below a + 1 and Lentz's continued fraction for Q above.
 * Source: Abramowitz and Stegun 6.5; Loader (2000) for the factor. Cost: O(sqrt(a) + 100).
 */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const factor = Math.sqrt(a / (2 * Math.PI)) * Math.exp(-deviance(a, x) - stirlingError(a));
  return x < a + 1 ? 1 - factor * lowerSeries(a, x) : factor * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 1e7; n += 1) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 1e7; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
