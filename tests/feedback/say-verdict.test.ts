// Every verdict on every kind of channel, in words: nothing about email where there is none.

import { expect, test } from 'vitest';
import type { Design } from '#domain/registration.ts';
import { register } from '#domain/registration.ts';
import type { ReportBasis } from '#feedback/report-basis.ts';
import type { ReportGroup } from '#feedback/report-groups.ts';
import type { CallReport, Verdict } from '#feedback/report-of.ts';
import { sayVerdict } from '#feedback/say-verdict.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';
import type { DecideReason } from '#statistics/decide.ts';
import { nextTime } from '#statistics/next-time.ts';

type Status = Verdict['status'];

const STATUS: Readonly<Record<DecideReason, Status>> = {
  live: 'winner',
  final: 'winner',
  immature: 'leading',
  insufficient_evidence: 'no_clear_winner',
  too_few_conversions: 'no_clear_winner',
  tie: 'no_clear_winner',
  sensitive_to_bot_filter: 'no_clear_winner',
  srm: 'invalid',
  too_few_posts: 'not_comparable',
  not_randomized: 'not_comparable',
  too_few_arms: 'not_comparable',
  missing_exposure: 'not_comparable',
};

/** What each kind of channel can come to (S21). */
const judged: readonly DecideReason[] = [
  ...(['live', 'final', 'immature', 'insufficient_evidence', 'too_few_conversions'] as const),
  ...(['tie', 'sensitive_to_bot_filter', 'srm', 'too_few_arms', 'missing_exposure'] as const),
];
const REASONS: { readonly [design in Design]: readonly DecideReason[] } = {
  randomised: judged,
  after_the_click: judged,
  series: ['final', 'tie', 'insufficient_evidence', 'too_few_posts'],
  one_call: ['not_randomized'],
};
const KINDS: readonly { readonly design: Design; readonly kind: ReportGroup['kind'] }[] = [
  { design: 'randomised', kind: 'email' },
  { design: 'after_the_click', kind: 'broadcast' },
  { design: 'series', kind: 'broadcast' },
  { design: 'one_call', kind: 'broadcast' },
];

interface Case {
  readonly design: Design;
  readonly kind: ReportGroup['kind'];
  readonly reason: DecideReason;
  readonly isOver: boolean;
  readonly calls?: number;
  readonly state?: string;
  readonly toCome?: number;
}

function say({ design, kind, reason, isOver, calls = 2, state, toCome = 0 }: Case) {
  const status = STATUS[reason];
  const names = ['seat', 'demo'].slice(0, calls);
  const legs = ['post-01', 'post-02', 'post-03'];
  const basis = {
    burst: {
      state: state ?? (isOver ? 'decided' : 'measuring'),
      zone: 'UTC',
      legs: legs.map((name, place) => ({
        name,
        state: place < legs.length - toCome ? 'published' : 'planned',
      })),
    },
    frame: { registration: register({ metric: 'conversion', windowMs: 86_400_000 }) },
    finalRead: isOver,
  } as unknown as ReportBasis;
  const group = { name: 'one', channel: kind, kind, design, legs } as unknown as ReportGroup;
  const shares = names.map((call) => ({ call, weight: 1 }));
  const leader = status === 'winner' || status === 'leading' ? 'seat' : null;
  const report = {
    calls: names.map((id, place) => ({
      ...{ id, human: 30 - place, rate: 0.2 - place / 10, posts: { posts: 1 } },
      toLeader: place === 0 ? null : { likely: 0.8 },
    })),
    ...{ neededPerCall: 900, visibleLift: 0.4, liveInHours: 0, finalReadInHours: 1 },
    ...{ srm: null, nextTime: nextTime(reason, isOver) },
  } as unknown as ChannelReport;
  const verdict: Omit<Verdict, 'words'> = {
    ...{ status, reason, leader, winner: status === 'winner' ? 'seat' : null },
    ...{ rivals: [], declaredAt: null, supported: true },
    dueAt: isOver || status === 'not_comparable' ? null : 1_000,
  };
  const shown = names.map((call) => ({ call, say: call })) as unknown as CallReport[];
  return sayVerdict({ basis, group: { ...group, shares }, calls: shown, verdict, report });
}

const all = KINDS.flatMap(({ design, kind }) =>
  REASONS[design].flatMap((reason) =>
    [false, true].flatMap((isOver) =>
      isOver && reason === 'immature' ? [] : [{ design, kind, reason, isOver }],
    ),
  ),
);

const EMAIL_ALONE = /deliver|bounc|block|suppress|send to|recipient|email|inbox/i;
const POSTS_ALONE = /\bposts?\b|visitor|\bpages?\b/i;

test.each(all)('$design: $reason, over: $isOver', (one) => {
  const { headline, why, sure, next } = say(one);
  for (const text of [headline, sure, next]) expect(text).toMatch(/^[A-Z“\d].*\.$/);
  expect(next).toMatch(/^Next( time)?: /);
  const words = [headline, why, sure, next].join(' ');
  expect(words).not.toMatch(/undefined|null|NaN/);
  if (one.kind === 'email') expect(words).not.toMatch(POSTS_ALONE);
  else expect(words).not.toMatch(EMAIL_ALONE);
  // Nobody waits for what does not come, and nobody is sent away before it is there.
  if (one.isOver) expect(words).not.toMatch(/\byet\b|still to come|\bso far\b|Next: wait/);
});

test('the words of each kind for what it has not', () => {
  const next = (design: Design, reason: DecideReason, more: Partial<Case> = {}) => {
    const kind = design === 'randomised' ? 'email' : 'broadcast';
    return say({ design, kind, reason, isOver: true, ...more });
  };
  expect(next('after_the_click', 'missing_exposure')).toEqual({
    headline:
      'Not comparable: behind the link only conversions can be compared, and here clicks decide.',
    why: '',
    sure: 'Whoever comes to a page has clicked already: of clicks, every page has all.',
    next: 'Next time: name a goal in the campaign file, and let it decide.',
  });
  expect(next('randomised', 'missing_exposure').next).toBe(
    'Next: check that delivery events arrive.',
  );
  expect(next('after_the_click', 'too_few_arms').headline).toBe(
    'Not comparable: a page has had no visitor.',
  );
  expect(next('randomised', 'too_few_arms', { calls: 1 }).headline).toBe(
    'Not comparable: everybody got the same call.',
  );
  expect(next('series', 'insufficient_evidence')).toMatchObject({
    sure: 'The difference may still be chance.',
    next: 'Next time: draw more posts, or compare calls that differ more.',
  });
  expect(next('one_call', 'not_randomized', { calls: 1 }).headline).toBe(
    'Not comparable: one post with one call.',
  );
});

test('a series that is still going out is told as that, and not as too short', () => {
  const one = { design: 'series', kind: 'broadcast', reason: 'too_few_posts' } as const;
  const going = say({ ...one, isOver: false, state: 'releasing', toCome: 1 });
  expect(going.headline).toBe('Not comparable yet: 2 of 3 posts are out.');
  expect(going.next).toMatch(/^Next: wait/);
  const out = say({ ...one, isOver: false });
  expect(out.headline).toBe('Not comparable: 2 posts are too few to tell a call from a good hour.');
  expect(out.next).toMatch(/^Next time: draw more posts/);
  // One that was stopped posts nothing more.
  expect(say({ ...one, isOver: false, state: 'stopped', toCome: 1 }).next).toMatch(/draw more/);
});
