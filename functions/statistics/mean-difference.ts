/** The difference of two means from their sums, and the gate for such sums (S0, S11). */

import { checkCount } from './arm.ts';
import { StatisticsRefusal } from './refusal.ts';

/** Sums that add: `n` values, their sum, the sum of their squares. */
export type Moments = { n: number; sum: number; sumSq: number };
export type MeanDifference = {
  estimate: number;
  /** what each arm adds to the variance of the estimate */
  varianceA: number;
  varianceB: number;
};

/**
 * m_B - m_A with V = s_A^2/n_A + s_B^2/n_B (unbiased), or relative: m_B/m_A - 1 with
 * V = s_B^2/(n_B m_A^2) + m_B^2 s_A^2/(n_A m_A^4). Whole sums (money in minor units) are handled
 * without rounding before the last division.
 * Refuses: too_few_values, invalid_count, invalid_moments, zero_variance, zero_baseline.
 * Source: S11; delta method for the ratio. Cost: O(1).
 */
export function meanDifference(a: Moments, b: Moments, relative: boolean): MeanDifference {
  const varianceOfA = varianceOf(a, 'arm a') / a.n;
  const varianceOfB = varianceOf(b, 'arm b') / b.n;
  if (varianceOfA + varianceOfB === 0) {
    throw new StatisticsRefusal('zero_variance', 'all values of both arms are equal');
  }
  const meanA = a.sum / a.n;
  const meanB = b.sum / b.n;
  if (!relative) return { estimate: meanB - meanA, varianceA: varianceOfA, varianceB: varianceOfB };
  if (meanA === 0) {
    throw new StatisticsRefusal(
      'zero_baseline',
      'mean of arm a is 0, a relative effect needs another',
    );
  }
  return {
    estimate: (meanB - meanA) / meanA,
    varianceA: (varianceOfA / meanA ** 2) * (meanB / meanA) ** 2,
    varianceB: varianceOfB / meanA ** 2,
  };
}

/** Unbiased variance; whole sums exactly. */
function varianceOf(moments: Moments, what: string): number {
  const { n, sum, sumSq } = moments;
  checkCount(n, `values of ${what}`);
  if (n < 2) throw new StatisticsRefusal('too_few_values', `${what} holds ${n} values, at least 2`);
  if (!Number.isFinite(sum) || !Number.isFinite(sumSq) || sumSq < 0) {
    throw new StatisticsRefusal('invalid_moments', `${what} has sums ${sum} and ${sumSq}`);
  }
  const excess = excessOf(moments);
  if (excess < -1e-9 * sumSq) {
    throw new StatisticsRefusal(
      'invalid_moments',
      `${what} has a sum of squares of ${sumSq}, at least ${(sum * sum) / n}`,
    );
  }
  return Math.max(0, excess) / (n - 1);
}

/** sumSq - sum^2/n without cancellation: whole numbers exactly, others with doubled precision. */
function excessOf({ n, sum, sumSq }: Moments): number {
  if (Number.isInteger(sum) && Number.isInteger(sumSq)) {
    return Number(BigInt(n) * BigInt(sumSq) - BigInt(sum) * BigInt(sum)) / n;
  }
  const scaled = exactProduct(n, sumSq);
  const square = exactProduct(sum, sum);
  const excess = (scaled.high - square.high + (scaled.low - square.low)) / n;
  return Math.abs(excess) <= 1e-15 * sumSq ? 0 : excess;
}

/** x * y as a rounded product and what rounding took (Dekker 1971); |x|, |y| below 1e150. */
function exactProduct(x: number, y: number): { high: number; low: number } {
  const high = x * y;
  const [xTop, xRest] = halves(x);
  const [yTop, yRest] = halves(y);
  const low = xRest * yRest - (high - xTop * yTop - xRest * yTop - xTop * yRest);
  return { high, low };
}

function halves(x: number): [number, number] {
  const shifted = 134217729 * x;
  const top = shifted - (shifted - x);
  return [top, x - top];
}
