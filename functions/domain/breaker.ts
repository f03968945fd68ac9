// When bounces or complaints stop a burst: on evidence that the list is bad, never on a bare ratio.

/** Feedback on recipients of email, counted since the burst began or a person resumed it. */
export interface Feedback {
  readonly delivered: number;
  /** Permanent bounces only. */
  readonly bounced: number;
  readonly complained: number;
}

export type BreakerReason = 'breaker_bounces' | 'breaker_complaints';

interface Test {
  /** Half of what SES reviews an account for. A list at or below it may trip by chance alone. */
  readonly allowed: number;
  /** Rates of bad lists that it is to recognise, the mildest first. */
  readonly bad: readonly number[];
  /** Fewer than these prove nothing: a single server that turns mail away is not a list. */
  readonly least: number;
}

const BOUNCES: Test = { allowed: 0.025, bad: [0.04, 0.08, 0.3], least: 10 };
const COMPLAINTS: Test = { allowed: 0.0005, bad: [0.0008, 0.002, 0.01], least: 5 };

/** Of each test over the whole life of a burst, however often it is looked at. */
const FALSE_TRIPS = 0.0005;

/**
 * Why the burst must stop, or undefined.
 *
 * Each test weighs the counts under three bad rates against the highest rate that is allowed; their
 * mean is at least 2,000 with a chance of at most 1 in 2,000 on any list at or below that rate, at
 * whatever moments one looks and for however long (Ville's inequality: likelihood ratios are
 * martingales, and so is their mean). Both tests together: at most 1 in 1,000. SES reviews an
 * account at 5 % bounces or 0.1 % complaints; half of that is allowed, as are healthy lists of
 * 2 % and 0.03 % by far.
 *
 * Feedback events until it trips, from 2,000 seeded lists each as tests/domain/breaker.test.ts has
 * them, judged after every event, 100,000 events at most:
 *
 * | bounces | trip | median | | complaints | trip | median |
 * | ---: | ---: | ---: | --- | ---: | ---: | ---: |
 * | 1 % | 0 | | | 0.03 % | 0 | |
 * | 2 % | 0 | | | 0.05 % | 0.05 % | |
 * | 2.5 % | 0.05 % | | | 0.08 % | 47 % | |
 * | 3 % | 11 % | | | 0.1 % | 97 % | 48,600 |
 * | 4 % | all | 2,030 | | 0.2 % | all | 6,140 |
 * | 5 % | all | 930 | | 0.3 % | all | 3,110 |
 * | 10 % | all | 130 | | 0.5 % | all | 1,270 |
 * | 30 % | all | 33 | | 1 % | all | 470 |
 *
 * Source: J. Ville, Étude critique de la notion de collectif (1939); A. Wald, Sequential Analysis
 * (1947). Cost: O(1).
 */
export function breakerTrips({
  delivered,
  bounced,
  complained,
}: Feedback): BreakerReason | undefined {
  if (isBad(BOUNCES, bounced, delivered + bounced)) return 'breaker_bounces';
  if (isBad(COMPLAINTS, complained, delivered)) return 'breaker_complaints';
  return undefined;
}

/** Counts since a baseline; a corrected fact may lower a count, which then weighs nothing. */
export function feedbackSince(now: Feedback, baseline: Feedback): Feedback {
  return {
    delivered: Math.max(0, now.delivered - baseline.delivered),
    bounced: Math.max(0, now.bounced - baseline.bounced),
    complained: Math.max(0, now.complained - baseline.complained),
  };
}

function isBad({ allowed, bad, least }: Test, hits: number, trials: number): boolean {
  if (hits < least) return false;
  const misses = Math.max(0, trials - hits);
  const logs = bad.map(
    (rate) => hits * Math.log(rate / allowed) + misses * Math.log((1 - rate) / (1 - allowed)),
  );
  const top = Math.max(...logs);
  const sum = logs.reduce((all, log) => all + Math.exp(log - top), 0);
  return top + Math.log(sum / bad.length) >= -Math.log(FALSE_TRIPS);
}
