/** Which share of the expected answers is in (S21). */

import { checkCount } from './arm.ts';
import { StatisticsRefusal } from './refusal.ts';

/** The account's own answer delays: share of answers in by so many hours, ascending. */
export type AnswerCurve = {
  conversions: number;
  points: readonly { hours: number; share: number }[];
};
type AgedWave = { n: number; ageHours: number };
export type MaturityInput = {
  waves: readonly AgedWave[];
  curve?: AnswerCurve | undefined;
  /** without a curve: nothing is mature before this many hours, everything after */
  waitHours: number;
};
export type Maturity = { maturity: number; basis: 'curve' | 'wait' };

/** Matured conversions from which the account's own curve is believed. */
const curveConversionsMin = 200;

/**
 * sum_w n_w F(age_w)/sum n_w with F the account's curve (straight lines between its points, from 0
 * at hour 0), or a step at `waitHours` while the account has fewer than 200 matured conversions.
 * Nothing sent: 0.
 * Refuses: invalid_count, invalid_maturity (ages, curve). Cost: O(waves points).
 */
export function maturity({ waves, curve, waitHours }: MaturityInput): Maturity {
  const believed = curve !== undefined && curve.conversions >= curveConversionsMin;
  if (believed) checkCurve(curve);
  let total = 0;
  let answered = 0;
  for (const { n, ageHours } of waves) {
    checkCount(n, 'exposures of a wave');
    if (!Number.isFinite(ageHours)) {
      throw new StatisticsRefusal('invalid_maturity', `age of a wave is ${ageHours} hours`);
    }
    total += n;
    answered += n * (believed ? shareBy(curve, ageHours) : Number(ageHours >= waitHours));
  }
  return { maturity: total === 0 ? 0 : answered / total, basis: believed ? 'curve' : 'wait' };
}

/**
 * Hours until maturity reaches `target`, 0 when it has; null where the curve never gets there.
 * Cost: 60 times maturity.
 */
export function hoursUntilMature(input: MaturityInput, target: number): number | null {
  const later = (hours: number) =>
    maturity({
      ...input,
      waves: input.waves.map(({ n, ageHours }) => ({ n, ageHours: ageHours + hours })),
    }).maturity;
  if (later(0) >= target) return 0;
  let lo = 0;
  let hi = 24 * 366;
  if (later(hi) < target) return null;
  while (hi - lo > 1 / 3600) {
    const middle = (lo + hi) / 2;
    if (later(middle) >= target) hi = middle;
    else lo = middle;
  }
  return hi;
}

function shareBy({ points }: AnswerCurve, hours: number): number {
  let before = { hours: 0, share: 0 };
  for (const point of points) {
    if (hours <= point.hours) {
      const step = point.hours - before.hours;
      const part = step === 0 ? 1 : Math.max(0, hours - before.hours) / step;
      return before.share + part * (point.share - before.share);
    }
    before = point;
  }
  return before.share;
}

function checkCurve({ points }: AnswerCurve): void {
  let before = { hours: 0, share: 0 };
  for (const point of points) {
    const rising = point.hours >= before.hours && point.share >= before.share && point.share <= 1;
    if (!rising) {
      throw new StatisticsRefusal(
        'invalid_maturity',
        `answer curve goes from ${before.share} at ${before.hours} h to ${point.share} at ${point.hours} h, it may only rise, to at most 1`,
      );
    }
    before = point;
  }
}
