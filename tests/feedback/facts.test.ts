import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FeedbackEvent } from '#domain/event.ts';
import { clicksMax, type Facts, mergeFacts, noFacts } from '#domain/facts.ts';
import { depthOf } from '#domain/facts-place.ts';
import { foldFacts } from '#domain/fold-facts.ts';
import { countOf, sumTallies } from '#domain/tally.ts';
import { digitsOf, mergeEvent } from '#feedback/merge-event.ts';
import { anyEvent } from './any-event.ts';
import { click, T } from './feedback-world.ts';

const HOUR = 3_600_000;
const rule = { attributionMs: HOUR, releasedAt: T, countedUntil: T + 2 * HOUR };
function factsFrom(events: readonly FeedbackEvent[]): Facts {
  const facts = noFacts();
  for (const event of events) mergeEvent(facts, event);
  return facts;
}

test('facts do not depend on the order of events nor on repeats', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), fc.nat(), (events, turn) => {
      const shuffled = events
        .map((event, place) => ({ event, rank: (place * 7_919 + turn) % 31 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ event }) => event);
      const once = factsFrom(events);
      expect(factsFrom([...shuffled, ...events])).toEqual(once);
      for (const event of events) expect(mergeEvent(once, event)).toBe(false);
    }),
  );
});

test('merging copies of facts is the same as merging their events', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), fc.array(anyEvent), (some, others) => {
      const a = factsFrom(some);
      const b = factsFrom(others);
      mergeFacts(a, b);
      expect(a).toEqual(factsFrom([...others, ...some]));
      expect(mergeFacts(a, b)).toBe(false);
    }),
  );
});

test('tallies add up over any partition of the people', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyEvent), { maxLength: 6 }),
      fc.nat({ max: 6 }),
      (people, cut) => {
        const all = people.map((events, place) => [`${place}`, factsFrom(events)] as const);
        const parts = [foldFacts(all.slice(0, cut), rule), foldFacts(all.slice(cut), rule)];
        expect(sumTallies(parts)).toEqual(sumTallies([foldFacts(all, rule)]));
      },
    ),
  );
});

test('nobody answers more often than they were reached', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const tally = foldFacts([['0', factsFrom(events)]], rule);
      for (const name of Object.keys(tally).filter((row) => !row.endsWith('@'))) {
        const exposed = countOf(tally, name, 'exposed');
        expect(exposed).toBeLessThanOrEqual(1);
        for (const counter of ['uniqueHuman', 'uniqueAll', 'converting', 'delivered'] as const) {
          expect(countOf(tally, name, counter)).toBeLessThanOrEqual(exposed);
        }
      }
    }),
  );
});

test('the same link in the same millisecond is one click, and its worst kind counts', () => {
  const facts = factsFrom([click({ at: T }), click({ at: T, agent: 'curl/8' }), click({ at: T })]);
  expect(facts.clicks).toEqual([
    { at: T, link: 'email/seat', isHead: false, isBait: false, agent: 'robot' },
  ]);
});

test(`of one person's clicks the first ${clicksMax} are kept, whatever their order`, () => {
  const clicks = Array.from({ length: clicksMax + 50 }, (_, place) => click({ at: T + place }));
  const forwards = factsFrom(clicks);
  expect(forwards.clicks).toHaveLength(clicksMax);
  expect(factsFrom(clicks.toReversed())).toEqual(forwards);
});

test.each([
  [1, 0],
  [256, 0],
  [257, 1],
  [4_096, 1],
  [4_097, 2],
  [1_000_000, 3],
  [10_000_000, 4],
  [100_000_000, 5],
])('a list of %i needs %i levels above its leaves', (recipients, depth) => {
  expect(depthOf(recipients)).toBe(depth);
  expect(digitsOf('o', String(recipients - 1), depth)).toHaveLength(depth);
});

test('neighbours in the list share a leaf', () => {
  const leaves = new Set(
    Array.from({ length: 512 }, (_, place) => digitsOf('o', String(place), 3)),
  );
  expect([...leaves]).toEqual(['000', '001']);
});
