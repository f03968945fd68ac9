// What a person reads of a burst, from made-up answers: pure, so each case is a line.

import { describe, expect, test } from 'vitest';
import type { CheckedBurst } from '#commands/check-burst.ts';
import type { ShownBurst } from '#commands/show-burst.ts';
import { register } from '#domain/registration.ts';
import { type CheckOptions, checkLines } from '../../cli/check.ts';
import { statusView } from '../../cli/status-lines.ts';
import { clock, dollars, span } from '../../cli/words.ts';

const moment = { at: Date.parse('2027-03-04T19:00:00Z'), text: '2027-03-04 20:00 Europe/Paris' };

const checked: CheckedBurst = {
  burst: 'atlas-launch',
  state: 'draft',
  revision: 0,
  version: 'v',
  contentHash: 'c',
  plannedBy: 'nora',
  approvalPolicy: 'none',
  zone: 'Europe/Paris',
  moment,
  legs: [],
  plan: {
    campaign: 'atlas-launch',
    offer: 'Atlas 2',
    goal: { count: 'signup', target: 400, withinMs: 604_800_000 },
    linkBase: 'https://go.example.com',
    notify: ['ops@example.com'],
    registration: register({ metric: 'conversion', windowMs: 604_800_000 }),
    calls: [],
    legs: [
      {
        leg: 'prospects',
        channel: 'email',
        calls: ['trial', 'demo', 'seat'].map((call) => ({ call, share: 1 / 3 })),
        offsetMs: 0,
        deadlineMs: 7_200_000,
        ifNotReady: 'hold',
        list: 'prospects',
      },
      {
        leg: 'mastodon',
        channel: 'mastodon',
        calls: [{ call: 'trial', share: 1 }],
        offsetMs: 90_000,
        deadlineMs: 60_000,
        ifNotReady: 'drop',
        connection: 'mastodon',
        text: 'out',
      },
    ],
  },
  defaults: ['utm: true'],
  notes: [],
  comparisons: [],
  forecast: {
    lists: [
      {
        leg: 'prospects',
        audience: 'prospects',
        recipients: 79_412,
        heldBack: { suppressed: 500, same_address: 88 },
      },
    ],
    recipients: 79_412,
    heldBack: { suppressed: 500, same_address: 88 },
    quota: { perSecond: 14, perDay: 200_000, sentLastDay: 0, sendingEnabled: true },
    drain: { perSecond: 13.9, halfMs: 2_880_000, lastMs: 7_800_000 },
    cost: {
      usd: 8.4,
      lines: [
        { name: 'emails', usd: 8.38 },
        { name: 'events', usd: 0.02 },
      ],
    },
    smallestLift: { lift: 0.11, perCall: 26_470, baseline: 0.005 },
    problems: [],
  },
};

describe('check', () => {
  test('answers on one screen, in numbers', () => {
    const text = checkLines(checked).join('\n');
    expect(text).toContain(
      '79,412 get it, 588 do not: 500 asked not to be written to, 88 the same address twice',
    );
    expect(text).toContain('trial, demo, seat: chance decides, about 26,471 each');
    expect(text).toContain('14 a second: half by 20:48, last by 22:10');
    expect(text).toContain('$8.40: emails $8.38, what becomes of them $0.02');
    expect(text).toContain('a lift of 11 % or more can be seen, if 400 reach signup');
    expect(text).toContain('one post, trial, 1m30s from the moment, left out if not ready');
    expect(text).toContain('    utm: true');
    expect(text.split('\n').length).toBeLessThanOrEqual(24);
  });

  test('a registered mix and the segments that are watched are said', () => {
    const registered = {
      leg: 'prospects',
      channel: 'email',
      design: 'randomised' as const,
      weights: [],
      segments: ['young', 'donors'],
    };
    const mix = [
      { leg: 'prospects', weight: 1 },
      { leg: 'members', weight: 3 },
    ];
    const registration = { ...checked.plan.registration, legs: [registered], mix };
    const text = checkLines({ ...checked, plan: { ...checked.plan, registration } }).join('\n');
    expect(text).toContain('rates over several legs stand over prospects 25 %, members 75 %');
    expect(text).toContain('harm is looked at in young, donors as well');
    expect(checkLines(checked).join('\n')).not.toMatch(/harm|several legs/);
  });

  test('a moment that is said with --at is not called missing', () => {
    const { moment: _none, ...rest } = checked;
    const defaults = ['burst.at: none yet, said when the burst is scheduled', 'utm: true'];
    const lines = (given: CheckOptions) => checkLines({ ...rest, defaults }, given).join('\n');
    expect(lines({})).toContain('burst.at: none yet');
    const said = lines({ momentText: '2027-03-04 20:00 Europe/Paris' });
    expect(said).not.toContain('none yet');
    expect(said).toContain('    utm: true');
    expect(lines({ momentText: 'then', briefDefaults: true })).toContain('1 default taken');
  });

  test('lines whose figure nobody knows are absent', () => {
    const { lists, problems } = checked.forecast;
    const [list] = lists;
    const unknown = {
      ...checked,
      forecast: { lists: [{ leg: 'prospects', audience: list?.audience ?? '' }], problems },
    };
    const text = checkLines(unknown).join('\n');
    expect(text).toContain('everybody on prospects: too many to count them now');
    expect(text).not.toMatch(/^ {2}(?:time|cost|compare)\b/m);
  });

  test('what stands against it is said by channel, with its limit', () => {
    const problem = {
      leg: 'mastodon',
      code: 'text_too_long',
      field: 'text',
      message: 'the announcement has 612 characters with its link',
      limit: 'at most 500',
      severity: 'error' as const,
    };
    const forecast = { ...checked.forecast, problems: [problem] };
    const text = checkLines({ ...checked, forecast }).join('\n');
    expect(text).toContain(
      '✗ mastodon: the announcement has 612 characters with its link (at most 500)',
    );
    expect(text).not.toContain('nothing stands against it');
  });
});

const zero = { refused: 0, inDoubt: 0, unproven: 0, heldBack: 0, inFlight: 0, remaining: 0 };

function shown(over: Partial<ShownBurst>): ShownBurst {
  return {
    followUps: [],
    burst: 'atlas',
    state: 'releasing',
    revision: 1,
    version: 'v',
    contentHash: 'c',
    plannedBy: 'nora',
    approvalPolicy: 'none',
    zone: 'Europe/Paris',
    moment,
    legs: [
      {
        name: 'email',
        channel: 'email',
        offsetMs: 0,
        deadlineMs: 1_000,
        ifNotReady: 'hold',
        state: 'sending',
      },
    ],
    now: moment.at + 60_000,
    releasedAt: moment.at - 2_000,
    epoch: 1,
    sent: {
      ...zero,
      recipients: 1_000,
      accepted: 600,
      remaining: 300,
      inDoubt: 2,
      heldBack: 98,
      legs: [],
      heldBackAtFreeze: {},
      heldBackByReason: { suppressed: 98 },
      perSecond: 10,
      drainMs: 30_000,
    },
    posts: [],
    ...over,
  };
}

describe('status', () => {
  const text = (over: Partial<ShownBurst> = {}) => {
    const { facts, figures } = statusView(shown(over));
    return [...facts, ...figures].join('\n');
  };

  test('a channel of a stopped burst is stopped, not going out', () => {
    const stopped = text({ state: 'stopped', reason: 'stopped by nora' });
    expect(stopped).toContain('email       stopped');
    expect(stopped).not.toContain('going out');
  });

  test('while it goes out: how many, how fast, until when', () => {
    expect(text()).toContain('atlas is going out');
    expect(text()).toContain('600 of 902 · 10 a second · last by 20:01:30');
    expect(text()).toContain('2 in doubt');
    expect(text()).toContain('held back   98: asked not to be written to');
  });

  test('in the two seconds before its moment it is ready, not going out', () => {
    expect(text({ now: moment.at - 1_000 })).toContain('atlas is ready, about to go');
  });

  test('a post that was taken back is no longer shown as sent', () => {
    const post = { leg: 'social', url: 'https://social.example.org/@us/1', latenessMs: 0.4 };
    const leg = {
      ...{ name: 'social', channel: 'social', offsetMs: 0, deadlineMs: 1_000 },
      ...({ ifNotReady: 'hold', state: 'published' } as const),
    };
    const stands = text({ legs: [leg], posts: [post] });
    expect(stands).toContain(
      'social      sent, 0.4 ms after the moment, https://social.example.org/@us/1',
    );
    const gone = text({ legs: [leg], posts: [{ ...post, retractedAt: moment.at + 90_000 }] });
    expect(gone).toContain('  social      taken back Thu 4 Mar, 20:01\n');
    expect(gone).not.toContain('social.example.org');
  });

  test('stopped: how many were not sent', () => {
    const stopped = text({ state: 'stopped', reason: 'the link is wrong' });
    expect(stopped).toContain('atlas is stopped: the link is wrong');
    expect(stopped).toContain('300 not sent');
    expect(stopped).toContain('next        volley resume atlas');
  });

  test('on stand-by with outcomes: whom each one would reach', () => {
    const legs = ['won', 'lost'].map((outcome) => ({
      name: `${outcome}-email`,
      channel: 'email',
      outcome,
      offsetMs: 0,
      deadlineMs: 1_000,
      ifNotReady: 'hold' as const,
      state: 'prepared' as const,
    }));
    const { releasedAt: _none, ...before } = shown({ state: 'standby', legs });
    const sent = {
      ...before.sent,
      legs: legs.map(({ name: leg }) => ({
        ...zero,
        leg,
        recipients: 150,
        accepted: 0,
        heldBack: 3,
      })),
    };
    const { figures } = statusView({ ...before, sent });
    expect(figures.join('\n')).toContain('won-email   ready for 147 people if won, 3 held back');
  });
});

test.each([
  [clock(65_000), '01:05'],
  [clock(3_665_000), '1:01:05'],
  [span(89_000), '89 s'],
  [span(600_000), '10 min'],
  [span(7_500_000), '2 h 05 min'],
  [span(3 * 86_400_000), '3 days'],
  [dollars(8.4), '$8.40'],
  [dollars(1_613.85), '$1,613.85'],
  [dollars(0), '$0'],
])('%s', (got, want) => {
  expect(got).toBe(want);
});
