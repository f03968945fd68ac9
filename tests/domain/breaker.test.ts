import { describe, expect, test } from 'vitest';
import { breakerTrips, type Feedback, feedbackSince } from '#domain/breaker.ts';

const LISTS = 2_000;
const EVENTS = 100_000;

type Breaker = (feedback: Feedback) => string | undefined;
type Kind = 'bounces' | 'complaints';

/** After how many feedback events each seeded list of this rate trips; judged after every event. */
function eventsToTrip(kind: Kind, rate: number, breaker: Breaker, lists = LISTS): number[] {
  const chance = chanceOf(rate);
  return Array.from({ length: lists }, () => {
    let events = 0;
    for (let hits = 1; ; hits += 1) {
      // Between two hits the evidence only falls, so it is enough to look at the hits.
      events += 1 + Math.floor(Math.log(1 - chance()) / Math.log(1 - rate));
      if (events > EVENTS) return Number.POSITIVE_INFINITY;
      if (breaker(feedbackOf(kind, events, hits)) !== undefined) return events;
    }
  }).sort((a, b) => a - b);
}

function feedbackOf(kind: Kind, events: number, hits: number): Feedback {
  return kind === 'bounces'
    ? { delivered: events - hits, bounced: hits, complained: 0 }
    : { delivered: events, bounced: 0, complained: hits };
}

function tripped(events: readonly number[]): number {
  return events.filter(Number.isFinite).length / events.length;
}

function chanceOf(rate: number): () => number {
  let state = Math.round(rate * 1e6) * 7_919 + 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

describe('lists within half of what SES reviews for', () => {
  test.each([
    ['bounces', 0.01],
    ['bounces', 0.02],
    ['bounces', 0.025],
    ['complaints', 0.0003],
    ['complaints', 0.0005],
  ] as const)('%s of %d trip at most one time in a thousand', (kind, rate) => {
    expect(tripped(eventsToTrip(kind, rate, breakerTrips))).toBeLessThanOrEqual(0.001);
  });

  test('a bare ratio trips on two healthy lists in five', () => {
    const ratio: Breaker = ({ delivered, bounced }) =>
      delivered + bounced >= 10 && bounced > 0.04 * (delivered + bounced) ? 'ratio' : undefined;
    expect(tripped(eventsToTrip('bounces', 0.02, ratio))).toBeGreaterThan(0.4);
  });

  test('a test of two rates without the allowance trips too often at half the limit', () => {
    const wald: Breaker = ({ delivered, bounced }) => {
      const log = bounced * Math.log(0.04 / 0.02) + delivered * Math.log(0.96 / 0.98);
      return log >= Math.log(1_000) ? 'wald' : undefined;
    };
    expect(tripped(eventsToTrip('bounces', 0.025, wald))).toBeGreaterThan(0.01);
  });
});

describe('bad lists', () => {
  test.each([
    ['bounces', 0.04, 2_500],
    ['bounces', 0.05, 1_200],
    ['bounces', 0.1, 200],
    ['bounces', 0.3, 50],
    ['complaints', 0.002, 8_000],
    ['complaints', 0.005, 1_800],
    ['complaints', 0.01, 700],
  ] as const)('%s of %d are found, half of them within %i events', (kind, rate, most) => {
    const events = eventsToTrip(kind, rate, breakerTrips, 400);
    expect(tripped(events)).toBe(1);
    expect(events[200]).toBeLessThan(most);
  });

  test('of 200 recipients of a dead list nearly every wave is enough', () => {
    const events = eventsToTrip('bounces', 0.3, breakerTrips);
    expect(events.filter((count) => count > 200)).toHaveLength(0);
  });
});

test('a handful proves nothing, however bad it looks', () => {
  expect(breakerTrips({ delivered: 0, bounced: 9, complained: 0 })).toBeUndefined();
  expect(breakerTrips({ delivered: 0, bounced: 10, complained: 0 })).toBe('breaker_bounces');
  expect(breakerTrips({ delivered: 4, bounced: 0, complained: 4 })).toBeUndefined();
  expect(breakerTrips({ delivered: 5, bounced: 0, complained: 5 })).toBe('breaker_complaints');
  expect(breakerTrips({ delivered: 0, bounced: 0, complained: 0 })).toBeUndefined();
});

test('only what came since counts, and a correction never counts below nothing', () => {
  const baseline = { delivered: 100, bounced: 60, complained: 2 };
  expect(feedbackSince({ delivered: 150, bounced: 61, complained: 1 }, baseline)).toEqual({
    delivered: 50,
    bounced: 1,
    complained: 0,
  });
});
