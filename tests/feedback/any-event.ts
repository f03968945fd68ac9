// Any event that may come back, from few values, so that events repeat and collide.

import fc from 'fast-check';
import type { FeedbackEvent } from '#domain/event.ts';
import { BURST, CHROME, HOUR, T } from './feedback-world.ts';

const at = fc.integer({ min: T, max: T + 3 * HOUR });
const link = {
  burst: fc.constant(BURST),
  leg: fc.constantFrom('email', 'mastodon'),
  call: fc.constantFrom('seat', 'demo'),
};

export const anyEvent: fc.Arbitrary<FeedbackEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('click' as const),
    id: fc.uuid(),
    at: fc.oneof(at, fc.constantFrom(T, T + 1, T + 1_000)),
    ...link,
    method: fc.constantFrom('GET' as const, 'HEAD' as const),
    agent: fc.constantFrom(CHROME, '', 'curl/8'),
    visitor: fc.constantFrom('v1', 'v2', 'v3'),
    network: fc.constant('n'),
  }),
  fc.record({
    kind: fc.constant('conversion' as const),
    id: fc.constantFrom('c1', 'c2', 'c3'),
    at,
    ...link,
    value: fc.nat({ max: 9 }),
  }),
  fc.record({
    kind: fc.constant('conversion' as const),
    id: fc.constantFrom('c1', 'c2', 'c3'),
    at,
    ...link,
    ordinal: fc.constant(7),
    value: fc.nat({ max: 2 }),
    byPerson: fc.constantFrom('credit' as const, 'elsewhere' as const),
  }),
  fc.record({
    kind: fc.constant('conversion' as const),
    id: fc.constantFrom('c1', 'c2', 'c3'),
    at,
    ...link,
    ordinal: fc.constant(7),
    value: fc.nat({ max: 2 }),
  }),
  fc.record({
    kind: fc.constant('email' as const),
    id: fc.uuid(),
    at,
    ...link,
    what: fc.constantFrom(
      'send' as const,
      'delivery' as const,
      'bounce' as const,
      'complaint' as const,
      'open' as const,
      'reject' as const,
    ),
    ordinal: fc.constant(7),
    attempt: fc.integer({ min: 1, max: 2 }),
    permanent: fc.boolean(),
  }),
);
