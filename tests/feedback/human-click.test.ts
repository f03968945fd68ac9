import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentKind, classifyClicks, type SeenClick } from '#domain/human-click.ts';

const T = 1_800_000_000_000;

function seen(fields: Partial<SeenClick> = {}): SeenClick {
  return { at: T, link: 'email/seat', isHead: false, isBait: false, agent: 'browser', ...fields };
}

test.each([
  { name: 'a lone click', clicks: [seen()], want: ['human'] },
  { name: 'a double click', clicks: [seen(), seen({ at: T + 200 })], want: ['human', 'human'] },
  { name: 'HEAD', clicks: [seen({ isHead: true })], want: ['machine'] },
  { name: 'the bait', clicks: [seen({ isBait: true })], want: ['machine'] },
  { name: 'a known robot', clicks: [seen({ agent: 'robot' })], want: ['machine'] },
  {
    name: 'a click within ten seconds of the bait, before or after it',
    clicks: [seen({ at: T - 10_000 }), seen({ isBait: true }), seen({ at: T + 10_000 })],
    want: ['machine', 'machine', 'machine'],
  },
  {
    name: 'a click long after the bait',
    clicks: [seen({ isBait: true }), seen({ at: T + 10_001 })],
    want: ['machine', 'human'],
  },
  {
    name: 'two links of one message within a second',
    clicks: [seen(), seen({ at: T + 900, link: 'email/demo' })],
    want: ['machine', 'machine'],
  },
  {
    name: 'two links with time to read between them',
    clicks: [seen(), seen({ at: T + 8_000, link: 'email/demo' })],
    want: ['human', 'human'],
  },
  {
    name: 'several links within three seconds of delivery',
    clicks: [seen({ at: T + 500 }), seen({ at: T + 2_900, link: 'email/demo' })],
    deliveredAt: T,
    want: ['machine', 'machine'],
  },
  {
    name: 'one link within three seconds of delivery: timing alone proves nothing',
    clicks: [seen({ at: T + 500 })],
    deliveredAt: T,
    want: ['human'],
  },
  {
    name: 'one link within three seconds of delivery with an agent that is no browser',
    clicks: [seen({ at: T + 500, agent: 'odd' })],
    deliveredAt: T,
    want: ['machine'],
  },
  { name: 'an odd agent alone', clicks: [seen({ agent: 'odd' })], want: ['human'] },
  {
    name: 'an odd agent that asks four times a second',
    clicks: [0, 1, 2, 3].map((step) => seen({ at: T + step * 200, agent: 'odd' })),
    want: ['machine', 'machine', 'machine', 'machine'],
  },
])('$name', ({ clicks, deliveredAt, want }) => {
  expect(classifyClicks(clicks, deliveredAt)).toEqual(want);
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/146', 'browser'],
  ['Mozilla/5.0 (Linux; Android 14; CUBOT X90) Chrome/146 Mobile', 'browser'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1', 'browser'],
  ['', 'odd'],
  ['SomeReader 1.0', 'odd'],
  ['Mastodon/4.4.2 (http.rb/5.2.0; +https://social.example/)', 'robot'],
  ['facebookexternalhit/1.1', 'robot'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'robot'],
  ['Slackbot-LinkExpanding 1.0', 'robot'],
  ['Mozilla/5.0 (Windows NT 6.1) BarracudaCentral', 'robot'],
  ['Mozilla/5.0 HeadlessChrome/146', 'robot'],
  ['curl/8.5.0', 'robot'],
  ['Twitterbot/1.0', 'robot'],
])('the agent "%s" is a %s', (agent, want) => {
  expect(agentKind(agent)).toBe(want);
});

test('the kinds do not depend on the order of the clicks', () => {
  const one = fc.record({
    at: fc.integer({ min: T, max: T + 20_000 }),
    link: fc.constantFrom('email/seat', 'email/demo'),
    isHead: fc.boolean(),
    isBait: fc.boolean(),
    agent: fc.constantFrom('browser' as const, 'odd' as const, 'robot' as const),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.nat(), (clicks, turn) => {
      const kinds = classifyClicks(clicks, T);
      const by = clicks.length === 0 ? 0 : turn % clicks.length;
      const turned = [...clicks.slice(by), ...clicks.slice(0, by)];
      const turnedKinds = [...kinds.slice(by), ...kinds.slice(0, by)];
      expect(classifyClicks(turned, T)).toEqual(turnedKinds);
    }),
  );
});
