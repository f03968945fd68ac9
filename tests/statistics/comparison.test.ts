/** The front door: the whole report, its refusals, and the same bytes from the same facts. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChannelReport } from '../../functions/statistics/channel-report.ts';
import { comparison, version } from '../../functions/statistics/comparison.ts';
import type {
  CallTally,
  ChannelTally,
  ComparisonInput,
  ComparisonPlan,
} from '../../functions/statistics/comparison-input.ts';
import { reportJson } from '../../functions/statistics/report-json.ts';

const plan: ComparisonPlan = {
  metric: 'click',
  calls: ['trial', 'demo'],
  alphaLive: 0.01,
  alphaFinal: 0.04,
  windowHours: 48,
  waitHours: 24,
  prior: { a: 1, b: 1 },
  weights: [1, 1],
  smallestLift: 0.1,
};

function channel(name: string, given: Partial<ChannelTally> = {}): ChannelTally {
  return {
    channel: name,
    metric: 'click',
    design: 'randomized',
    ageHours: 48,
    finalRead: true,
    calls: [call('trial', 10_000, 200), call('demo', 10_000, 310)],
    ...given,
  };
}

function call(id: string, exposures: number | null, human: number): CallTally {
  return { id, exposures, human };
}

function reportOf(given: Partial<ChannelTally>, changes: Partial<ComparisonPlan> = {}) {
  const report = comparison({
    plan: { ...plan, ...changes },
    channels: [channel('email', given)],
  });
  return { report, email: report.channels[0] as ChannelReport };
}

describe('mailbox providers', () => {
  const google = (trial: number, demo: number) => [{ name: 'google', exposures: [trial, demo] }];

  test('where the split moved at one of them, nothing is compared, although the whole is even', () => {
    const providers = [...google(3_000, 2_000), { name: 'microsoft', exposures: [2_000, 3_000] }];
    const { email, report } = reportOf({ providers });
    expect(email.srm).toMatchObject({ flagged: true, byWave: false, p: 1 });
    expect(email.srm?.providers).toEqual(['google', 'microsoft']);
    expect(email.verdict).toMatchObject({ status: 'invalid', reason: 'srm', winner: null });
    expect(report.overall.leftOut).toEqual([{ channel: 'email', reason: 'srm' }]);
    const even = reportOf({ providers: google(2_500, 2_510) });
    expect(even.email.srm).toMatchObject({ flagged: false, providers: [] });
    expect(even.email.verdict.winner).toBe('demo');
  });

  test('every further check is stricter', () => {
    // p is 0.0007: below the limit alone, above it as one of two.
    const alone = reportOf({ providers: google(1_076, 924) });
    expect(alone.email.srm?.providers).toEqual(['google']);
    const others = { name: 'others', exposures: [500, 500] };
    const beside = reportOf({ providers: [...google(1_076, 924), others] });
    expect(beside.email.srm?.providers).toEqual([]);
  });

  test('a handful of people is not tested by a rule for many', () => {
    // Of 20 people 1 was expected here: chi-square would call 6 impossible.
    const providers = [{ name: 'google', exposures: [14, 6], weights: [19, 1] }];
    expect(reportOf({ providers }).email.srm?.providers).toEqual([]);
  });

  test('waves that were split otherwise bring the shares they had planned', () => {
    const providers = [{ name: 'google', exposures: [900, 100], weights: [0.9, 0.1] }];
    expect(reportOf({ providers }).email.srm?.flagged).toBe(false);
    expect(reportOf({ providers: google(900, 100) }).email.srm?.flagged).toBe(true);
  });
});

test('harm is looked at in every segment alone, one-sided and unadjusted', () => {
  const harm = (n: number, s: number) => ({ unsubscribe: s, bounce: { n, s: 0 } });
  const calls = [
    { ...call('trial', 10_000, 200), harm: harm(10_000, 30) },
    { ...call('demo', 10_000, 310), harm: harm(10_000, 35) },
  ];
  const among = (id: string, s: number) => ({ id, exposures: 1_000, harm: harm(1_000, s) });
  const segments = [
    { name: 'new', calls: [among('trial', 3), among('demo', 20)] },
    { name: 'old', calls: [among('trial', 3), among('demo', 4)] },
  ];
  const { email } = reportOf({ calls, segments });
  expect(email.guardrails.unsubscribe?.map(({ harm: isHarm }) => isHarm)).toEqual([false, false]);
  const [fresh, old] = email.guardrailsBySegment;
  expect(fresh?.segment).toBe('new');
  expect(fresh?.guardrails.unsubscribe).toMatchObject([
    { id: 'trial', harm: false },
    { id: 'demo', n: 1_000, s: 20, harm: true },
  ]);
  expect(old?.guardrails.unsubscribe?.some((one) => one.harm)).toBe(false);
  expect(email.verdict.status).toBe('winner');
});

describe('rates over one mix', () => {
  const channels = [
    channel('members', { calls: [call('trial', 1_000, 100), call('demo', 1_000, 120)] }),
    channel('others', { calls: [call('trial', 9_000, 90), call('demo', 9_000, 180)] }),
  ];

  test('follow the people reached where no mix was registered', () => {
    const { standardized } = comparison({ plan, channels }).overall;
    expect(standardized).toMatchObject({ by: 'exposures', weights: { members: 0.1, others: 0.9 } });
    expect(standardized?.rates[0]?.rate).toBeCloseTo(0.1 * 0.1 + 0.9 * 0.01, 12);
  });

  test('follow the registered mix, whoever was reached', () => {
    const mix = { members: 3, others: 1, nobody: 0 };
    const { overall, input } = comparison({ plan: { ...plan, mix }, channels });
    expect(overall.standardized).toMatchObject({
      by: 'plan',
      weights: { members: 0.75, others: 0.25 },
    });
    expect(overall.standardized?.rates[1]?.rate).toBeCloseTo(0.75 * 0.12 + 0.25 * 0.02, 12);
    expect(input.plan.mix).toEqual(mix);
    const elsewhere = comparison({ plan: { ...plan, mix: { sms: 1 } }, channels });
    expect(elsewhere.overall.standardized).toBeNull();
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('of weight %s are refused', (weight) => {
    const changed = { ...plan, mix: { members: weight } };
    expect(() => comparison({ plan: changed, channels })).toThrow(/mix gives members/);
  });
});

describe('one channel', () => {
  test('a winner comes with its numbers, its size drawn in, and advice', () => {
    const { email, report } = reportOf({});
    expect(report.version).toBe(version);
    expect(email.verdict).toEqual({
      status: 'winner',
      reason: 'live',
      winner: 'demo',
      leader: 'demo',
    });
    const [trial, demo] = email.calls;
    expect(demo).toMatchObject({ rate: 0.031, toLeader: null, machine: 0, late: 0 });
    expect(trial?.toLeader?.ratio).toBeCloseTo(200 / 310, 12);
    expect(trial?.toLeader?.hi).toBeLessThan(1);
    expect(trial?.toLeader?.likely).toBeGreaterThan(200 / 310);
    expect(trial?.toLeader?.likely).toBeLessThan(1);
    expect(email.nextTime).toBe('use_the_winner');
    expect(report.overall).toMatchObject({ status: 'winner', winner: 'demo', channels: ['email'] });
  });

  test('before the wait is over the leader only leads, and the report says when it is due', () => {
    const { email, report } = reportOf({ ageHours: 6, finalRead: false });
    expect(email.verdict).toMatchObject({ status: 'leading', reason: 'immature', winner: null });
    expect(email.maturity).toEqual({ maturity: 0, basis: 'wait' });
    expect(email.liveInHours).toBeCloseTo(18, 3);
    expect(email.finalReadInHours).toBe(42);
    expect(email.nextTime).toBe('wait_for_the_answer');
    expect(report.overall.winner).toBeNull();
  });

  test("the account's own curve replaces the wait once 200 conversions stand behind it", () => {
    const points = [
      { hours: 2, share: 0.5 },
      { hours: 6, share: 0.92 },
      { hours: 48, share: 1 },
    ];
    const known = reportOf(
      { ageHours: 6, finalRead: false },
      { answerCurve: { conversions: 200, points } },
    );
    expect(known.email.maturity).toEqual({ maturity: 0.92, basis: 'curve' });
    expect(known.email.verdict.status).toBe('winner');
    const thin = reportOf(
      { ageHours: 6, finalRead: false },
      { answerCurve: { conversions: 199, points } },
    );
    expect(thin.email.maturity.basis).toBe('wait');
  });

  test('undecided numbers say what could have been seen and what it takes', () => {
    const { email } = reportOf({ calls: [call('trial', 10_000, 200), call('demo', 10_000, 205)] });
    expect(email.verdict.reason).toBe('insufficient_evidence');
    expect(email.visibleLift).toBeCloseTo(0.3, 1);
    expect(email.neededPerCall).toBeGreaterThan(50_000);
  });

  test('a missing exposure is not zero: counts only', () => {
    const { email } = reportOf({ calls: [call('trial', null, 20), call('demo', null, 30)] });
    expect(email.verdict).toMatchObject({ status: 'not_comparable', reason: 'missing_exposure' });
    expect(email.calls[0]).toMatchObject({ human: 20, rate: null, lo: null, pBest: null });
    expect(email.nextTime).toBe('record_exposures');
  });

  test('a split that moved in one wave voids the comparison', () => {
    const waves = [
      {
        ageHours: 48,
        arms: [
          { n: 5600, s: 110 },
          { n: 4400, s: 120 },
        ],
      },
      {
        ageHours: 47,
        arms: [
          { n: 4400, s: 90 },
          { n: 5600, s: 190 },
        ],
      },
    ];
    const { email } = reportOf({ waves });
    expect(email.srm).toMatchObject({ byWave: true, flagged: true, p: 1 });
    expect(email.verdict).toMatchObject({ status: 'invalid', reason: 'srm' });
    expect(email.calls[0]?.pBest).toBeNull();
  });

  test('planned weights by wave make the same split fine, and waves are not added up', () => {
    const waves = [
      {
        ageHours: 48,
        arms: [
          { n: 9000, s: 450 },
          { n: 1000, s: 50 },
        ],
        weights: [9, 1],
      },
      {
        ageHours: 47,
        arms: [
          { n: 1000, s: 10 },
          { n: 9000, s: 90 },
        ],
        weights: [1, 9],
      },
    ];
    const calls = [call('trial', 10_000, 460), call('demo', 10_000, 140)];
    const { email } = reportOf({ waves, calls });
    expect(email.srm?.flagged).toBe(false);
    expect(email.verdict).toMatchObject({ status: 'no_clear_winner', winner: null });
    expect(email.calls[0]?.pBest).toBeCloseTo(0.5, 1);
  });

  test('an earlier winner stands, and is said to be unsupported when the data turn', () => {
    const standing = { winner: 'trial', reason: 'live' as const };
    expect(reportOf({ standing }).email.standing).toEqual({ ...standing, supported: false });
    const same = { winner: 'demo', reason: 'live' as const };
    expect(reportOf({ standing: same }).email.standing).toEqual({ ...same, supported: true });
  });

  test('harm is tested one-sided and unadjusted', () => {
    const calls = [
      { ...call('trial', 10_000, 200), harm: { unsubscribe: 10 } },
      { ...call('demo', 10_000, 280), harm: { unsubscribe: 30 } },
    ];
    const { email } = reportOf({ calls });
    expect(email.guardrails.unsubscribe?.map(({ harm }) => harm)).toEqual([false, true]);
  });

  test('a claim that hangs on the click filter is withheld, over channels too', () => {
    const calls = [
      { ...call('trial', 10_000, 200), all: 400 },
      { ...call('demo', 10_000, 280), all: 390 },
    ];
    const { email, report } = reportOf({ calls });
    expect(email.verdict.reason).toBe('sensitive_to_bot_filter');
    expect(email.sensitivity.allClicks?.leader).toBe('trial');
    expect(report.overall).toMatchObject({ winner: null, reason: 'sensitive_to_bot_filter' });
  });

  test('revenue is shown from 2,000 recipients and 50 buyers on', () => {
    const value = (buyers: number, sum: number) => ({ n: 10_000, sum, sumSq: sum * 5000, buyers });
    const with2 = (buyers: number) => [
      { ...call('trial', 10_000, 200), value: value(buyers, 500_000) },
      { ...call('demo', 10_000, 280), value: value(buyers, 600_000) },
    ];
    expect(reportOf({ calls: with2(49) }).email.calls[0]?.revenueOfLeader).toEqual({
      state: 'too_few_orders',
    });
    expect(reportOf({ calls: with2(50) }).email.calls[0]?.revenueOfLeader).toMatchObject({
      state: 'shown',
      live: { estimate: expect.closeTo(0.2, 9) },
    });
  });

  test('a series of posts is decided by its posts', () => {
    const posts = [1, 2, 3, 4].flatMap((clicks) => [
      { call: 'trial', impressions: 1000, clicks },
      { call: 'demo', impressions: 1000, clicks: clicks + 10 },
    ]);
    const calls = [call('trial', 4000, 10), call('demo', 4000, 50)];
    const series = { design: 'switchback' as const, posts, calls };
    const { email, report } = reportOf(series);
    expect(email.verdict).toMatchObject({ status: 'winner', reason: 'final', winner: 'demo' });
    expect(email.calls[1]?.posts).toMatchObject({ posts: 4, rate: 0.0125 });
    expect(report.overall.leftOut).toEqual([{ channel: 'email', reason: 'posts_are_the_unit' }]);
    expect(reportOf({ ...series, finalRead: false }).email.verdict.winner).toBeNull();
  });
});

test('a long series is decided by swapping neighbouring posts', () => {
  const posts = Array.from({ length: 90 }, (_, i) => ({
    call: i % 2 === 0 ? 'trial' : 'demo',
    impressions: 1000 + i,
    clicks: 10 + (i % 7) + (i % 2 === 0 ? 0 : 4),
  }));
  const { email } = reportOf({ design: 'switchback', posts });
  expect(email.verdict).toMatchObject({ status: 'winner', winner: 'demo' });
  expect(email.rivals[0]?.finalP).toBeLessThan(0.01);
});

describe('bad input', () => {
  const bad: { name: string; given: Partial<ChannelTally>; code: string }[] = [
    {
      name: 'successes above trials',
      given: { calls: [call('trial', 5, 6), call('demo', 5, 1)] },
      code: 'successes_exceed_trials',
    },
    {
      name: 'negative',
      given: { calls: [call('trial', -5, 0), call('demo', 5, 1)] },
      code: 'invalid_count',
    },
    {
      name: 'fractional',
      given: { calls: [call('trial', 5, 0.5), call('demo', 5, 1)] },
      code: 'invalid_count',
    },
    {
      name: 'NaN',
      given: { calls: [call('trial', 5, Number.NaN), call('demo', 5, 1)] },
      code: 'invalid_count',
    },
    {
      name: 'over-large',
      given: { calls: [call('trial', 2 ** 53, 0), call('demo', 5, 1)] },
      code: 'invalid_count',
    },
    {
      name: 'an unknown call',
      given: { calls: [call('seat', 5, 0), call('demo', 5, 1)] },
      code: 'unknown_call',
    },
    { name: 'an empty channel', given: { calls: [] }, code: 'arm_count' },
    {
      name: 'a call twice',
      given: { calls: [call('demo', 5, 0), call('demo', 5, 1)] },
      code: 'duplicate_call',
    },
    {
      name: 'a metric changed after registration',
      given: { metric: 'open' },
      code: 'metric_changed',
    },
  ];
  test.each(bad)('$name is refused with $code and the rest still comes', ({ given, code }) => {
    const report = comparison({ plan, channels: [channel('email'), channel('sms', given)] });
    expect(report.channels[1]).toMatchObject({ channel: 'sms', refused: { code } });
    expect(report.channels[0]).toMatchObject({ verdict: { winner: 'demo' } });
    expect(report.overall.leftOut).toEqual([{ channel: 'sms', reason: code }]);
  });

  test('a plan that cannot be followed is refused whole', () => {
    const run = (changes: Partial<ComparisonPlan>) => () =>
      comparison({ plan: { ...plan, ...changes }, channels: [] });
    expect(run({ alphaLive: 0 })).toThrow(expect.objectContaining({ code: 'invalid_alpha' }));
    expect(run({ weights: [1] })).toThrow(expect.objectContaining({ code: 'invalid_weights' }));
    expect(run({ calls: ['a', 'a'] })).toThrow(expect.objectContaining({ code: 'duplicate_call' }));
    expect(run({ smallestLift: 0 })).toThrow(expect.objectContaining({ code: 'invalid_plan' }));
  });
});

describe('the same facts, the same bytes', () => {
  type Fact = { channel: number; call: number; kind: 'exposure' | 'click'; unit: number };
  const facts = fc.array(
    fc.record<Fact>({
      channel: fc.nat(1),
      call: fc.nat(1),
      kind: fc.constantFrom('exposure', 'click'),
      unit: fc.nat(400),
    }),
    { maxLength: 400 },
  );

  /** Facts as set members, folded to tallies in the order in which they came. */
  function fold(list: readonly Fact[]): ComparisonInput {
    const seen = new Map<string, Set<number>>();
    for (const { channel: c, call: k, kind, unit } of list) {
      for (const one of kind === 'click' ? ['exposure', 'click'] : [kind]) {
        const key = `${c}/${k}/${one}`;
        seen.set(key, (seen.get(key) ?? new Set()).add(unit));
      }
    }
    const channels = [...new Set(list.map(({ channel: c }) => c))].map((c) => {
      const present = [...new Set(list.filter((f) => f.channel === c).map(({ call: k }) => k))];
      const calls = present.map((k) =>
        call(
          plan.calls[k] ?? '',
          seen.get(`${c}/${k}/exposure`)?.size ?? 0,
          seen.get(`${c}/${k}/click`)?.size ?? 0,
        ),
      );
      return channel(`channel-${c}`, { calls });
    });
    return { plan, channels };
  }

  test('shuffled and repeated a thousand times', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (list, seed) => {
        const again = [...list, ...list.filter((_, i) => (i + seed) % 3 === 0)];
        const shuffled = again
          .map((fact, i) => ({ fact, key: Math.imul(i + 1, 2654435761 ^ seed) >>> 0 }))
          .sort((x, y) => x.key - y.key)
          .map(({ fact }) => fact);
        expect(reportJson(comparison(fold(shuffled)))).toBe(reportJson(comparison(fold(list))));
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  test('a report recomputed from its own export gives its own bytes', () => {
    const holdout = { treated: { n: 9000, s: 300 }, holdout: { n: 1000, s: 20 } };
    const waves = [
      {
        ageHours: 30,
        arms: [
          { n: 10_000, s: 0 },
          { n: 10_000, s: 280 },
        ],
      },
    ];
    const calls = [call('demo', 10_000, 280), call('trial', 10_000, 0)];
    const report = comparison({
      plan,
      holdout,
      channels: [channel('sms', { waves, calls }), channel('email')],
    });
    const bytes = reportJson(report);
    expect(bytes).not.toContain('NaN');
    const exported = JSON.parse(bytes) as { input: ComparisonInput };
    expect(reportJson(comparison(exported.input))).toBe(bytes);
  });
});
