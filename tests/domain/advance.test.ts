import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Advanced, advance, type BurstEvent } from '#domain/advance.ts';
import { type Burst, BurstState, legStartAt, wakeAt } from '#domain/burst.ts';
import { limits } from '#domain/limits.ts';
import { aBurst, aLeg, hash, T } from './a-burst.ts';

/** A burst as it usually stands in each state. */
const typical: Record<Burst['state'], Burst> = {
  draft: aBurst(),
  approved: aBurst({ state: 'approved' }),
  scheduled: aBurst({ state: 'scheduled', momentAt: T }),
  standby: aBurst({ state: 'standby', standbyFrom: T - 1_000, standbyUntil: T + 3_600_000 }),
  armed: aBurst({
    state: 'armed',
    momentAt: T,
    epoch: 3,
    holder: 'h',
    leaseUntil: T + 9,
    preparedAt: T - 9_000,
  }),
  releasing: aBurst({
    state: 'releasing',
    momentAt: T,
    epoch: 3,
    committedEpoch: 3,
    releasedAt: T - 2_000,
    preparedAt: T - 9_000,
    legs: [
      aLeg({ state: 'sent' }),
      aLeg({ name: 'mastodon', channel: 'mastodon', state: 'published' }),
    ],
  }),
  stopped: aBurst({
    state: 'stopped',
    momentAt: T,
    epoch: 3,
    committedEpoch: 3,
    releasedAt: T - 2_000,
  }),
  measuring: aBurst({
    state: 'measuring',
    momentAt: T,
    epoch: 3,
    committedEpoch: 3,
    sentAt: T + 60_000,
  }),
  decided: aBurst({ state: 'decided', momentAt: T, epoch: 3, committedEpoch: 3 }),
  closed: aBurst({ state: 'closed', momentAt: T, epoch: 3, committedEpoch: 3 }),
  cancelled: aBurst({ state: 'cancelled' }),
  missed: aBurst({ state: 'missed', momentAt: T }),
};

const now = T;
/** Each event as it would usually come to that burst. */
const events: { [K in BurstEvent['kind']]: (burst: Burst) => BurstEvent } = {
  edit: () => ({ kind: 'edit', contentHash: 'b'.repeat(64), legs: [aLeg()] }),
  approve: () => ({ kind: 'approve', approval: { contentHash: hash, by: 'ben', at: now }, now }),
  schedule: () => ({ kind: 'schedule', momentAt: T + 60_000, zone: 'UTC', now }),
  standby: () => ({ kind: 'standby', from: T, until: T + 60_000, zone: 'UTC', now }),
  lease: () => ({ kind: 'lease', holder: 'h2', now: T + 2_000, leaseUntil: T + 17_000 }),
  renew: (burst) => ({ kind: 'renew', holder: 'h', epoch: burst.epoch, leaseUntil: T + 20_000 }),
  hand_over: (burst) => ({ kind: 'hand_over', epoch: burst.epoch }),
  prepared: (burst) => ({ kind: 'prepared', epoch: burst.epoch, now, recipients: 10, lanes: 1 }),
  leg: (burst) => ({ kind: 'leg', epoch: burst.epoch, name: 'prospects', state: 'prepared' }),
  hold: (burst) => ({ kind: 'hold', epoch: burst.epoch, reason: 'token_expired' }),
  fire: () => ({ kind: 'fire', now }),
  commit: (burst) => ({
    kind: 'commit',
    epoch: burst.epoch,
    now,
    legs: burst.legs.map((leg) => leg.name),
  }),
  wake: () => ({ kind: 'wake', now }),
  stop: () => ({ kind: 'stop', now, reason: 'wrong link' }),
  resume: () => ({ kind: 'resume', now }),
  abandon: () => ({ kind: 'abandon', now, measureUntil: T + 86_400_000 }),
  cancel: () => ({ kind: 'cancel', now }),
  miss: () => ({ kind: 'miss', now: T + 7_200_000 }),
  sent: (burst) => ({ kind: 'sent', epoch: burst.epoch, now, measureUntil: T + 86_400_000 }),
  decide: () => ({ kind: 'decide', now }),
  close: () => ({ kind: 'close', now }),
  told: (burst) => ({ kind: 'told', upTo: burst.revision }),
};

type State = Burst['state'];
/** Every arrow that changes or keeps the state; a state not listed refuses the event. */
const arrows: { [K in BurstEvent['kind']]: Partial<Record<State, State>> } = {
  edit: {
    draft: 'draft',
    approved: 'draft',
    scheduled: 'draft',
    standby: 'draft',
    missed: 'draft',
  },
  approve: { draft: 'approved', approved: 'approved', missed: 'missed' },
  schedule: {
    draft: 'scheduled',
    approved: 'scheduled',
    scheduled: 'scheduled',
    standby: 'scheduled',
    missed: 'scheduled',
  },
  standby: {
    draft: 'standby',
    approved: 'standby',
    scheduled: 'standby',
    standby: 'standby',
    missed: 'standby',
  },
  told: Object.fromEntries(BurstState.options.map((state) => [state, state])),
  lease: {
    scheduled: 'armed',
    standby: 'standby',
    armed: 'armed',
    releasing: 'releasing',
    measuring: 'measuring',
    decided: 'decided',
  },
  renew: Object.fromEntries(BurstState.options.map((state) => [state, state])),
  hand_over: Object.fromEntries(BurstState.options.map((state) => [state, state])),
  prepared: { armed: 'armed', standby: 'standby' },
  leg: Object.fromEntries(BurstState.options.map((state) => [state, state])),
  hold: { armed: 'standby' },
  fire: { standby: 'armed' },
  commit: { armed: 'releasing' },
  wake: { releasing: 'releasing' },
  stop: { releasing: 'stopped', stopped: 'stopped' },
  resume: { stopped: 'releasing' },
  abandon: { stopped: 'measuring' },
  cancel: {
    draft: 'cancelled',
    approved: 'cancelled',
    scheduled: 'cancelled',
    standby: 'cancelled',
    armed: 'cancelled',
    missed: 'cancelled',
    cancelled: 'cancelled',
  },
  miss: { scheduled: 'missed', standby: 'missed', armed: 'missed' },
  sent: { releasing: 'measuring' },
  decide: { measuring: 'decided' },
  close: { decided: 'closed' },
};

function code(answer: Advanced): string {
  return answer.kind === 'refused' ? answer.code : 'advanced';
}

function next(burst: Burst, event: BurstEvent): Burst {
  const answer = advance(burst, event);
  if (answer.kind === 'refused') throw new Error(`${answer.code}: ${answer.message}`);
  return answer.burst;
}

const table = Object.keys(arrows).flatMap((kind) =>
  BurstState.options.map((state) => ({
    kind: kind as BurstEvent['kind'],
    state,
    to: arrows[kind as BurstEvent['kind']][state] ?? 'refused',
  })),
);

test.each(table)('$kind of a burst that is $state: $to', ({ kind, state, to }) => {
  const burst = typical[state];
  const answer = advance(burst, events[kind](burst));
  if (to === 'refused') expect(code(answer)).toBe('wrong_state');
  else expect(answer).toMatchObject({ kind: 'advanced', burst: { state: to } });
});

describe('moments', () => {
  test('a fire starts a leg that leads the moment at once, and the others keep their distance', () => {
    const { standby } = typical;
    const legs = standby.legs.map((leg, index) => ({
      ...leg,
      state: 'prepared' as const,
      offsetMs: index === 0 ? -30_000 : 5_000,
    }));
    const now = (standby.standbyFrom ?? 0) + 1_000;
    const fired = advance({ ...standby, legs }, { kind: 'fire', now });
    if (fired.kind !== 'advanced') throw new Error(fired.message);
    expect(fired.burst.firedAt).toBe(now);
    expect(fired.burst.legs.map((leg) => legStartAt(fired.burst, leg))[0]).toBe(now);
    expect(fired.burst.momentAt).toBe(now + 30_000);
  });

  test('a past moment or an empty stand-by is refused', () => {
    const past = advance(typical.draft, { kind: 'schedule', momentAt: T, zone: 'UTC', now: T });
    expect(code(past)).toBe('moment_past');
    const span = { kind: 'standby', zone: 'UTC', now: T } as const;
    expect(code(advance(typical.draft, { ...span, from: T, until: T }))).toBe('moment_past');
    expect(code(advance(typical.draft, { ...span, from: T - 9, until: T - 1 }))).toBe(
      'moment_past',
    );
  });

  test('a near moment starts a runner, a far one waits for the tick', () => {
    const event = { kind: 'schedule', zone: 'UTC', now: T } as const;
    expect(advance(typical.draft, { ...event, momentAt: T + 60_000 })).toMatchObject({
      commands: [{ kind: 'start_runner' }],
    });
    expect(advance(typical.draft, { ...event, momentAt: T + 900_000 })).toMatchObject({
      commands: [],
    });
  });

  test('fire counts between the ends of the stand-by, both included', () => {
    const { standbyFrom = 0, standbyUntil = 0 } = typical.standby;
    const at = (moment: number) => code(advance(typical.standby, { kind: 'fire', now: moment }));
    expect([standbyFrom - 1, standbyFrom, standbyUntil, standbyUntil + 1].map(at)).toEqual([
      'too_early',
      'advanced',
      'advanced',
      'too_late',
    ]);
  });

  test('a fired burst has the fire as its moment', () => {
    const burst = next(typical.standby, { kind: 'fire', now: T + 7 });
    expect(burst).toMatchObject({ state: 'armed', momentAt: T + 7, firedAt: T + 7 });
  });

  test('a fire that was held or missed is forgotten where the burst gets another moment', () => {
    const fired = next(typical.standby, { kind: 'fire', now: T });
    const held = next(fired, { kind: 'hold', epoch: fired.epoch, reason: 'token_expired' });
    const missed = next(fired, { kind: 'miss', now: T + 7_200_000 });
    for (const burst of [held, missed]) {
      expect(burst.firedAt).toBe(T);
      for (const kind of ['schedule', 'standby', 'edit'] as const) {
        expect(next(burst, events[kind](burst))).not.toHaveProperty('firedAt');
      }
    }
  });

  test('nothing is missed before its last deadline', () => {
    const at = (moment: number) => code(advance(typical.scheduled, { kind: 'miss', now: moment }));
    expect([T, T + 60_000, T + 60_001].map(at)).toEqual(['not_missed', 'not_missed', 'advanced']);
    expect(next(typical.standby, { kind: 'miss', now: T + 3_600_001 }).state).toBe('missed');
  });
});

describe('approval', () => {
  const second = (over: Partial<Burst> = {}) => aBurst({ approvalPolicy: 'second', ...over });
  const approved = { contentHash: hash, by: 'ben', at: T - 60_000 };
  const schedule = { kind: 'schedule', momentAt: T + 60_000, zone: 'UTC', now: T } as const;

  test('of other content is refused', () => {
    const approval = { ...approved, contentHash: 'c'.repeat(64) };
    expect(code(advance(second(), { kind: 'approve', approval, now: T }))).toBe('content_changed');
  });

  test('by the planner is refused where a second person is demanded, and else taken', () => {
    const approval = { ...approved, by: 'nora' };
    expect(code(advance(second(), { kind: 'approve', approval, now: T }))).toBe('own_approval');
    expect(code(advance(aBurst(), { kind: 'approve', approval, now: T }))).toBe('advanced');
  });

  test.each([
    ['missing', second(), 'not_approved'],
    [
      'of other content',
      second({ approval: { ...approved, contentHash: 'c'.repeat(64) } }),
      'content_changed',
    ],
    ['by the planner', second({ approval: { ...approved, by: 'nora' } }), 'own_approval'],
    [
      'expired by then',
      second({ approval: { ...approved, expiresAt: T + 59_999 } }),
      'approval_expired',
    ],
    ['still valid then', second({ approval: { ...approved, expiresAt: T + 60_000 } }), 'advanced'],
  ])('%s: scheduling says %s', (_name, burst, wanted) => {
    expect(code(advance(burst, schedule))).toBe(wanted);
  });

  test('is looked at again by fire and by commit', () => {
    const standby = { ...typical.standby, approvalPolicy: 'second' as const };
    const armed = { ...typical.armed, approvalPolicy: 'second' as const };
    expect(code(advance(standby, { kind: 'fire', now }))).toBe('not_approved');
    expect(code(advance(armed, { kind: 'commit', epoch: 3, now, legs: ['prospects', 'x'] }))).toBe(
      'not_approved',
    );
  });

  test('ends with an edit, and with a miss', () => {
    const burst = aBurst({ state: 'scheduled', momentAt: T, approval: approved });
    expect(next(burst, events.edit(burst)).approval).toBeUndefined();
    expect(next(burst, events.miss(burst)).approval).toBeUndefined();
  });
});

describe('outcomes', () => {
  const legs = [
    aLeg({ name: 'won-list', outcome: 'won' }),
    aLeg({ name: 'lost-list', outcome: 'lost' }),
    aLeg({ name: 'always' }),
  ];
  const burst = { ...typical.standby, outcomes: ['won', 'lost'], legs };

  test('one is named, and a known one', () => {
    expect(code(advance(burst, { kind: 'fire', now }))).toBe('outcome_missing');
    expect(code(advance(burst, { kind: 'fire', now, outcome: 'tie' }))).toBe('outcome_unknown');
    expect(code(advance(typical.standby, { kind: 'fire', now, outcome: 'won' }))).toBe(
      'outcome_unknown',
    );
  });

  test('a moment alone chooses none, so none may be scheduled', () => {
    const planned = aBurst({ outcomes: ['won', 'lost'], legs });
    const event = { kind: 'schedule', momentAt: T + 60_000, zone: 'UTC', now } as const;
    expect(code(advance(planned, event))).toBe('outcome_missing');
  });

  test('fired for one, held, then fired for another: only the other leaves', () => {
    const won = next(burst, { kind: 'fire', now, outcome: 'won' });
    const held = next(won, { kind: 'hold', epoch: won.epoch, reason: 'token_expired' });
    const lost = next(held, { kind: 'fire', now, outcome: 'lost' });
    expect(lost.legs.map((leg) => leg.state)).toEqual(['dropped', 'planned', 'planned']);
  });

  test('the others are dropped in the same write', () => {
    const fired = next(burst, { kind: 'fire', now, outcome: 'won' });
    expect(fired.legs.map((leg) => [leg.name, leg.state, leg.reason])).toEqual([
      ['won-list', 'planned', undefined],
      ['lost-list', 'dropped', 'other_outcome'],
      ['always', 'planned', undefined],
    ]);
  });
});

describe('leases and commits', () => {
  test('a healthy lease is not taken; a lapsed one is, under a higher epoch', () => {
    const take = (at: number) =>
      advance(typical.armed, { kind: 'lease', holder: 'h2', now: at, leaseUntil: at + 9 });
    const { leaseMarginMs } = limits;
    expect(code(take(T + 8 + leaseMarginMs))).toBe('leased');
    expect(take(T + 9 + leaseMarginMs)).toMatchObject({
      kind: 'advanced',
      burst: { epoch: 4, holder: 'h2' },
    });
  });

  test.each(['renew', 'hand_over', 'prepared', 'leg', 'hold', 'commit', 'sent'] as const)(
    '%s of a fenced-out epoch is refused',
    (kind) => {
      const state = kind === 'sent' ? 'releasing' : 'armed';
      const stale = { ...events[kind](typical[state]), epoch: 2 } as BurstEvent;
      expect(code(advance(typical[state], stale))).toBe('fenced');
    },
  );

  test('commit needs preparation, claims active legs and sets the committed epoch', () => {
    const { preparedAt: _p, ...unprepared } = typical.armed;
    expect(
      code(advance(unprepared, { kind: 'commit', epoch: 3, now, legs: ['prospects', 'x'] })),
    ).toBe('not_prepared');
    const legs = [
      aLeg({ state: 'prepared' }),
      aLeg({ name: 'x', state: 'dropped' }),
      aLeg({ name: 'later', state: 'prepared' }),
    ];
    const burst = next(
      { ...typical.armed, legs },
      { kind: 'commit', epoch: 3, now, legs: ['prospects', 'x'] },
    );
    expect(burst.committedEpoch).toBe(3);
    expect(burst.legs.map((leg) => leg.state)).toEqual(['claimed', 'dropped', 'prepared']);
  });

  test('taking over a releasing burst commits the new epoch in the same write', () => {
    expect(next(typical.releasing, events.lease(typical.releasing))).toMatchObject({
      epoch: 4,
      committedEpoch: 4,
    });
  });

  test('resume and abandon fence out whoever held the lease', () => {
    const held = { ...typical.stopped, holder: 'h', leaseUntil: T + 9_000 };
    for (const kind of ['resume', 'abandon'] as const) {
      const burst = next(held, events[kind](held));
      expect(burst.epoch).toBe(4);
      expect(burst.holder).toBeUndefined();
    }
  });

  test('a burst is sent only when every leg is over or in doubt', () => {
    const open = { ...typical.releasing, legs: [aLeg({ state: 'sending' })] };
    const doubt = { ...typical.releasing, legs: [aLeg({ state: 'in_doubt' })] };
    expect(code(advance(open, events.sent(open)))).toBe('legs_open');
    expect(code(advance(doubt, events.sent(doubt)))).toBe('advanced');
  });
});

test('a releasing burst that waits for a later moment is woken once', () => {
  const waiting = { ...typical.releasing, nextAt: T + 60_000 };
  const woken = advance(waiting, { kind: 'wake', now: T + 5.5 });
  expect(woken).toMatchObject({ burst: { nextAt: T + 5 }, commands: [{ kind: 'start_runner' }] });
  const again = woken.kind === 'advanced' ? woken.burst : waiting;
  expect(advance(again, { kind: 'wake', now: T + 6 })).toEqual({
    kind: 'advanced',
    burst: again,
    commands: [],
  });
});

test('a wake during a hold is not slept over: the hand-over keeps it', () => {
  const waiting = { ...typical.releasing, nextAt: T };
  const taken = next(waiting, { kind: 'lease', holder: 'h', now: T + 10, leaseUntil: T + 60_000 });
  const { epoch } = taken;
  const quiet = next(taken, { kind: 'hand_over', epoch, nextAt: T + 900_000 });
  expect(quiet.nextAt).toBe(T + 900_000);
  const woken = next(taken, { kind: 'wake', now: T + 20 });
  const handedOver = next(woken, { kind: 'hand_over', epoch, nextAt: T + 900_000 });
  expect(handedOver.nextAt).toBe(T + 20);
});

test.each([
  ['stop', 'scheduled', 'cancel it instead'],
  ['cancel', 'releasing', 'stop it instead'],
  ['cancel', 'stopped', 'abandon it instead'],
  ['abandon', 'releasing', 'stop it first'],
] as const)('whoever cannot %s a burst that is %s is told what to do', (kind, state, words) => {
  const burst = typical[state];
  const answer = advance(burst, events[kind](burst));
  expect(answer).toMatchObject({ kind: 'refused', message: expect.stringContaining(words) });
});

test('stopping and cancelling twice changes nothing', () => {
  for (const state of ['stopped', 'cancelled'] as const) {
    const event = events[state === 'stopped' ? 'stop' : 'cancel'](typical[state]);
    const answer = advance(typical[state], event);
    expect(answer.kind === 'advanced' && answer.burst).toBe(typical[state]);
  }
});

test('only states in which something must happen wake a runner', () => {
  const waking = BurstState.options.filter((state) => wakeAt(typical[state]) !== undefined);
  expect(
    waking.filter((state) =>
      ['draft', 'approved', 'stopped', 'closed', 'cancelled', 'missed'].includes(state),
    ),
  ).toEqual([]);
  expect(waking).toEqual(
    expect.arrayContaining(['scheduled', 'standby', 'armed', 'releasing', 'measuring']),
  );
});

// ---- Any history ------------------------------------------------------------------------------

const instant = fc.integer({ min: T - 10_000, max: T + 80_000 });
const epochDelta = fc.constantFrom(0, 0, 0, -1, 1);
/** The way to a release, drawn often enough that many histories get there. */
const forward = ['approve', 'schedule', 'lease', 'prepared', 'commit'] as const;
const step = fc.record({
  kind: fc.oneof(fc.constantFrom(...(Object.keys(events) as BurstEvent['kind'][])), {
    arbitrary: fc.constantFrom(...forward),
    weight: 3,
  }),
  at: instant,
  epochDelta,
  by: fc.constantFrom('ben', 'nora'),
  content: fc.constantFrom(hash, hash, 'b'.repeat(64)),
});

function eventOf(
  burst: Burst,
  {
    kind,
    at,
    epochDelta: delta,
    by,
    content,
  }: { kind: BurstEvent['kind']; at: number; epochDelta: number; by: string; content: string },
): BurstEvent {
  const event = { ...events[kind](burst) } as Record<string, unknown>;
  if ('now' in event) event.now = at;
  if ('epoch' in event) event.epoch = burst.epoch + delta;
  if (kind === 'approve') event.approval = { contentHash: content, by, at };
  if (kind === 'edit') event.contentHash = content;
  if (kind === 'lease') event.leaseUntil = at + 15_000;
  return event as BurstEvent;
}

function history(
  policy: Burst['approvalPolicy'],
  steps: Parameters<typeof eventOf>[1][],
  see: (before: Burst, after: Burst, event: BurstEvent) => void,
): void {
  let burst = aBurst({ approvalPolicy: policy });
  for (const one of steps) {
    const event = eventOf(burst, one);
    const before = structuredClone(burst);
    const answer = advance(burst, event);
    expect(burst).toEqual(before);
    if (answer.kind === 'refused') continue;
    see(before, answer.burst, event);
    burst = answer.burst;
  }
}

const policy = fc.constantFrom('none' as const, 'second' as const);
/** The way to a release in order, with now and then something else in between. */
const towards = fc
  .tuple(
    ...forward.map((kind) =>
      fc
        .array(step, { maxLength: 1 })
        .map((between) => [...between, { kind, at: T, epochDelta: 0, by: 'ben', content: hash }]),
    ),
  )
  .map((parts) => parts.flat());
const steps = fc
  .tuple(fc.oneof(towards, fc.constant([])), fc.array(step, { maxLength: 60 }))
  .map(([head, rest]) => [...head, ...rest]);

test('in any history no epoch and no committed epoch is ever lowered', () => {
  fc.assert(
    fc.property(policy, steps, (chosen, given) => {
      history(chosen, given, (before, after) => {
        expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
        expect(after.committedEpoch ?? -1).toBeGreaterThanOrEqual(before.committedEpoch ?? -1);
        expect(after.committedEpoch ?? -1).toBeLessThanOrEqual(after.epoch);
      });
    }),
    { numRuns: 3_000 },
  );
});

test('in any history nothing is released without a valid approval of that very content', () => {
  let released = 0;
  fc.assert(
    fc.property(steps, (given) => {
      history('second', given, (before, after) => {
        if (after.state !== 'releasing' || before.state !== 'armed') return;
        released += 1;
        expect(after.approval).toMatchObject({ contentHash: after.contentHash });
        expect(after.approval?.by).not.toBe(after.plannedBy);
        expect(after.preparedAt).toBeDefined();
      });
    }),
    { numRuns: 3_000 },
  );
  expect(released).toBeGreaterThan(100);
});

test('in any history nothing that was released is cancelled, edited or scheduled again', () => {
  const after = new Set<State>(['releasing', 'stopped', 'measuring', 'decided', 'closed']);
  fc.assert(
    fc.property(policy, steps, (chosen, given) => {
      history(chosen, given, (from, to) => {
        if (from.committedEpoch !== undefined) expect(after).toContain(to.state);
        if (to.firedAt !== undefined && to.state === 'armed' && from.state === 'standby')
          expect(to.momentAt).toBe(to.firedAt);
      });
    }),
    { numRuns: 3_000 },
  );
});

test('in any history legs that are over stay as they are once released', () => {
  fc.assert(
    fc.property(policy, steps, (chosen, given) => {
      history(chosen, given, (from, to, event) => {
        if (from.committedEpoch === undefined || event.kind === 'leg') return;
        expect(to.legs.map((leg) => leg.state)).toEqual(from.legs.map((leg) => leg.state));
      });
    }),
    { numRuns: 1_000 },
  );
});

describe('a release that waits for something later', () => {
  const waiting = aBurst({
    state: 'releasing',
    momentAt: T,
    epoch: 3,
    committedEpoch: 3,
    nextAt: T + 86_400_000,
  });

  test('is due again at that moment, or as soon as it is woken', () => {
    expect(wakeAt(waiting)).toBe(T + 86_400_000);
    const woken = advance(waiting, { kind: 'wake', now: T + 5_000 });
    expect(woken).toMatchObject({ kind: 'advanced', commands: [{ kind: 'start_runner' }] });
    expect(woken.kind === 'advanced' && wakeAt(woken.burst)).toBe(T + 5_000);
  });

  test('is never put off by being woken', () => {
    const again = advance(waiting, { kind: 'wake', now: T + 90_000_000 });
    expect(again).toEqual({ kind: 'advanced', burst: waiting, commands: [] });
  });

  test.each<BurstEvent[]>([
    [
      { kind: 'stop', now, reason: 'wrong link' },
      { kind: 'resume', now },
    ],
    [
      { kind: 'stop', now, reason: 'wrong link' },
      { kind: 'abandon', now, measureUntil: T + 86_400_000 },
    ],
  ])('waits no more once a person has stopped it and %o', (...orders) => {
    let burst = waiting;
    for (const order of orders) {
      const answer = advance(burst, order);
      if (answer.kind === 'refused') throw new Error(answer.message);
      burst = answer.burst;
    }
    expect(burst.nextAt).toBeUndefined();
    expect(wakeAt(burst)).toBeLessThanOrEqual(T);
  });
});
