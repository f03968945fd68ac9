import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { audit } from './auditor.ts';
import type { Ledger, LedgerBurst } from './ledger.ts';
import type { CallTruth, Truth } from './truth.ts';

const T = 100_000;

/** A world in which all went well: two people, one post. */
function goodTruth(): Truth {
  return {
    startAt: 0,
    isFair: true,
    endedAt: T + 60_000,
    patienceMs: 0,
    healedAt: T + 30_000,
    bursts: [
      {
        burst: 'b1',
        plannedBy: 'ann',
        needsSecond: true,
        policy: 'at-most-once',
        legs: [
          {
            leg: 'mail',
            kind: 'email',
            offsetMs: 0,
            deadlineMs: 7_200_000,
            audience: ['a@example.com', 'b@example.com'],
          },
          { leg: 'post', kind: 'post', offsetMs: 0, deadlineMs: 60_000, audience: [] },
        ],
        contents: [
          { content: 'mark-b1-v1', contentHash: 'one' },
          { content: 'mark-b1-v2', contentHash: 'two' },
        ],
      },
    ],
    calls: [
      call({ addresses: ['a@example.com', 'b@example.com'], accepted: 2 }),
      call({ provider: 'network', leg: 'post', accepted: 1 }),
    ],
    accepted: [
      {
        at: T,
        startedAt: T,
        burst: 'b1',
        leg: 'mail',
        address: 'a@example.com',
        ordinal: 0,
        attempt: 1,
        call: 'join',
      },
      {
        at: T,
        startedAt: T,
        burst: 'b1',
        leg: 'mail',
        address: 'b@example.com',
        ordinal: 1,
        attempt: 1,
        call: 'join',
      },
    ],
    events: [],
    conversions: [],
    imported: new Set<string>(),
    imports: [],
    clicks: [],
    allocations: [],
    orders: [],
    plannings: [],
    erasing: new Set<string>(),
    isCalm: true,
    isMixed: false,
    queue: { receivesMost: 1, receivesMax: 5 },
    posts: [{ at: T, startedAt: T, burst: 'b1', leg: 'post', id: '1' }],
    acknowledgements: [{ kind: 'approved', burst: 'b1', contentHash: 'one', by: 'ben', at: 10 }],
    moments: [{ burst: 'b1', kind: 'scheduled', at: 20, momentAt: T }],
    resumes: [],
    skewMaxMs: 5_000,
    indexLagMs: 0,
    quota: { statedPerSecond: 10, realPerSecond: 10 },
    crashes: 0,
    unanswered: 0,
    suppressedBefore: [],
  };
}

function call(change: Partial<CallTruth>): CallTruth {
  return {
    provider: 'ses',
    startedAt: T + 1,
    nodeClockAt: T + 1,
    node: 'run1',
    burst: 'b1',
    leg: 'mail',
    content: 'mark-b1-v1',
    addresses: [],
    throttled: 0,
    accepted: 0,
    arrived: true,
    endedAt: T + 2,
    ...change,
  };
}

function goodBurst(): LedgerBurst {
  return {
    burst: 'b1',
    state: 'measuring',
    contentHash: 'one',
    momentAt: T,
    isHeld: false,
    epoch: 1,
    committed: true,
    wasMissed: false,
    legs: [
      { name: 'mail', state: 'sent' },
      { name: 'post', state: 'published' },
    ],
    ranges: [{ leg: 'mail', from: 0, sendableTo: 2, to: 2 }],
    zone: 'UTC',
    frozenAt: T - 60_000,
    audit: log('released'),
    converting: 0,
    members: [
      { ordinal: 0, address: 'a@example.com' },
      { ordinal: 1, address: 'b@example.com' },
    ],
    heldBackAtFreeze: {},
    lanes: [{ lane: 0, leg: 'mail', from: 0, to: 2, next: 2 }],
    records: [],
  };
}

function log(...said: string[]): LedgerBurst['audit'] {
  return { ids: said.map((_, index) => `r${index}`), said, entries: [] };
}

function goodLedger(change: Partial<LedgerBurst> = {}): Ledger {
  return {
    bursts: [{ ...goodBurst(), ...change }],
    contacts: [],
    journals: [],
    audit: { ids: [], entries: [] },
    deadLetters: [],
    heldShares: 0,
    writeUnits: { lane: 3 },
  };
}

function sendEvent(recordedAt: number): Truth['events'][number] {
  const address = 'b@example.com';
  return { kind: 'Send', burst: 'b1', ordinal: 1, attempt: 1, address, body: '', recordedAt };
}

function record(state: string, ordinal = 1): LedgerBurst['records'][number] {
  return { lane: 0, leg: 'mail', from: 0, to: 2, outcomes: [{ ordinal, state }] };
}

function brokenBy(truth: Truth, ledger: Ledger): Set<string> {
  return new Set(audit(truth, ledger).map((one) => one.invariant));
}

describe('the auditor', () => {
  test('finds nothing where all went well', () => {
    expect(audit(goodTruth(), goodLedger())).toEqual([]);
  });

  test('imports nothing from the product, not even by way of others', () => {
    const seen = new Set<string>();
    const follow = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const source = readFileSync(new URL(file, import.meta.url), 'utf8');
      for (const [, target = ''] of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
        expect(target, `${file} imports ${target}`).toMatch(/^\.\/[a-z-]+\.ts$/);
        follow(target);
      }
    };
    follow('./auditor.ts');
    expect([...seen].sort()).toEqual([
      './auditor-attempts.ts',
      './auditor-calls.ts',
      './auditor-machines.ts',
      './auditor-people.ts',
      './auditor.ts',
      './ledger.ts',
      './truth.ts',
    ]);
  });
});

type Spoil = { readonly truth?: (truth: Truth) => void; readonly ledger?: Ledger };

const range = { leg: 'mail', from: 0, sendableTo: 2, to: 2 };

const spoilt: readonly [string, string, Spoil][] = [
  ['V1', 'somebody got two emails', { truth: (t) => t.accepted.push({ ...t.accepted[0]! }) }],
  [
    'V1',
    'somebody in doubt is called again',
    { truth: (t) => t.calls.unshift(call({ addresses: ['a@example.com'], arrived: false })) },
  ],
  ['V1', 'two posts stand', { truth: (t) => t.posts.push({ ...t.posts[0]!, id: '2' }) }],
  [
    'V1',
    'the same attempt came twice under the resend policy',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!, { policy: 'resend-when-unproven' });
        t.accepted.push({ ...t.accepted[0]! });
      },
    },
  ],
  ['V2', 'somebody booked as accepted never was', { truth: (t) => t.accepted.pop() }],
  [
    'V2',
    'somebody booked as refused was accepted',
    { ledger: goodLedger({ records: [record('refused')] }) },
  ],
  [
    'V2',
    'somebody booked as never called was accepted',
    { ledger: goodLedger({ records: [record('not_called')] }) },
  ],
  [
    'V2',
    'a leg counts as sent with somebody left over',
    {
      truth: (t) => t.accepted.pop(),
      ledger: goodLedger({ records: [record('not_called')] }),
    },
  ],
  [
    'V2',
    'somebody of the audience is in no manifest',
    {
      truth: (t) =>
        Object.assign(t.bursts[0]!.legs[0]!, {
          audience: ['a@example.com', 'b@example.com', 'c@example.com'],
        }),
    },
  ],
  [
    'V2',
    'somebody was mailed who is in no set',
    {
      truth: (t) => t.accepted.push({ ...t.accepted[0]!, address: 'z@example.com', ordinal: 9 }),
    },
  ],
  ['V2', 'a post is booked that does not stand', { truth: (t) => t.posts.pop() }],
  [
    'V2',
    'a post stands that is booked as missed',
    {
      ledger: goodLedger({
        legs: [
          { name: 'mail', state: 'sent' },
          { name: 'post', state: 'missed' },
        ],
      }),
    },
  ],
  [
    'V3',
    'people are in doubt though nothing was lost',
    { ledger: goodLedger({ epoch: 0, records: [record('in_doubt')] }) },
  ],
  [
    'V4',
    'somebody is unproven though the event was recorded',
    {
      truth: (t) => {
        t.events.push(sendEvent(T + 1_000));
        t.endedAt = T + 600_000;
      },
      ledger: goodLedger({ records: [record('unproven')] }),
    },
  ],
  [
    'V4',
    'somebody was called again though the event was recorded',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!, { policy: 'resend-when-unproven' });
        t.events.push(sendEvent(T + 1_000));
        t.accepted.push({ ...t.accepted[1]!, startedAt: T + 9_000, attempt: 2 });
      },
    },
  ],
  [
    'V4',
    'somebody was called again within the grace time',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!, { policy: 'resend-when-unproven' });
        const startedAt = t.calls[0]!.startedAt + 29 * 60_000;
        t.calls.push(call({ addresses: t.calls[0]!.addresses, startedAt, attempt: 2 }));
      },
    },
  ],
  [
    'V5',
    'somebody was called after leaving',
    {
      truth: (t) =>
        t.acknowledgements.push({ kind: 'suppressed', address: 'a@example.com', at: T - 2_000 }),
    },
  ],
  [
    'V5',
    'somebody was called who had left before',
    { truth: (t) => (t.suppressedBefore as string[]).push('b@example.com') },
  ],
  [
    'V6',
    'a call started after a stop was acknowledged',
    {
      truth: (t) =>
        t.acknowledgements.push({
          kind: 'stopped',
          burst: 'b1',
          askedAt: T - 3_000,
          at: T - 2_000,
        }),
    },
  ],
  [
    'V6',
    'a call started after a cancel was acknowledged, resumed or not',
    {
      truth: (t) => {
        t.acknowledgements.push({
          kind: 'cancelled',
          burst: 'b1',
          askedAt: T - 3_000,
          at: T - 2_000,
        });
        t.resumes.push({ burst: 'b1', askedAt: T - 1_500, answeredAt: T - 1_400 });
      },
    },
  ],
  [
    'V7',
    'a call came before its moment',
    { truth: (t) => t.calls.push(call({ nodeClockAt: T - 1 })) },
  ],
  [
    'V7',
    'a leg came before its offset',
    { truth: (t) => Object.assign(t.bursts[0]!.legs[1]!, { offsetMs: 50 }) },
  ],
  [
    'V7',
    'nobody ordered that moment',
    { truth: (t) => t.moments.splice(0, 1, { ...t.moments[0]!, momentAt: T - 5 }) },
  ],
  [
    'V7',
    'a provider was called for a burst nobody planned',
    { truth: (t) => t.calls.push(call({ burst: 'b9' })) },
  ],
  [
    'V10',
    'a post went out after its deadline',
    { truth: (t) => Object.assign(t.calls[1]!, { nodeClockAt: T + 60_001 }) },
  ],
  ['V8', 'nobody approved it', { truth: (t) => t.acknowledgements.pop() }],
  [
    'V8',
    'other words left than were approved',
    { truth: (t) => t.calls.push(call({ content: 'mark-b1-v2' })) },
  ],
  [
    'V8',
    'the planner approved it alone',
    {
      truth: (t) =>
        t.acknowledgements.splice(0, 1, {
          kind: 'approved',
          burst: 'b1',
          contentHash: 'one',
          by: 'ann',
          at: 1,
        }),
    },
  ],
  [
    'V11',
    'more people were called in a second than the quota allows',
    {
      truth: (t) => {
        for (let index = 0; index < 6; index += 1)
          t.calls.push(call({ addresses: ['x', 'y'], arrived: true }));
      },
    },
  ],
  ['V16', 'a burst is still releasing', { ledger: goodLedger({ state: 'releasing' }) }],
  ['V16', 'somebody still holds it', { ledger: goodLedger({ isHeld: true }) }],
  ['V16', 'a share of the rate is still held', { ledger: { ...goodLedger(), heldShares: 1 } }],
  [
    'V16',
    'a window is still open',
    {
      ledger: goodLedger({
        lanes: [{ lane: 0, leg: 'mail', from: 0, to: 2, next: 2, window: { from: 0, to: 2 } }],
      }),
    },
  ],
  [
    'V16',
    'a window of a leg that never left is still open',
    {
      ledger: goodLedger({
        legs: [
          { name: 'mail', state: 'sent' },
          { name: 'late', state: 'dropped' },
          { name: 'post', state: 'published' },
        ],
        lanes: [{ lane: 0, leg: 'late', from: 0, to: 2, next: 2, window: { from: 0, to: 2 } }],
      }),
    },
  ],
  [
    'V9',
    'in fair weather somebody was left out',
    {
      truth: (t) => t.accepted.pop(),
      ledger: goodLedger({ records: [record('in_doubt')] }),
    },
  ],
  [
    'V9',
    'in fair weather a leg started late',
    { truth: (t) => Object.assign(t.calls[1]!, { nodeClockAt: T + 60 }) },
  ],
  [
    'V9',
    'in fair weather a post was missed',
    {
      truth: (t) => {
        t.posts.pop();
        t.calls.pop();
      },
      ledger: goodLedger({
        legs: [
          { name: 'mail', state: 'sent' },
          { name: 'post', state: 'missed' },
        ],
      }),
    },
  ],
  ['V16', 'it took too long', { truth: (t) => (t.endedAt = t.healedAt! + 47 * 60_000) }],
  [
    'V17',
    'the same people were called again and again',
    {
      truth: (t) => {
        for (let index = 0; index < 3; index += 1) {
          t.calls.push(
            call({ startedAt: T + index * 10_000, addresses: ['a@example.com'], accepted: 1 }),
          );
        }
      },
    },
  ],
  [
    'V17',
    'somebody was called a second time where no policy resends',
    {
      truth: (t) => {
        const again = { startedAt: T + 10_000, addresses: ['a@example.com'], accepted: 1 };
        t.calls.push(call({ ...again, attempt: 2 }));
      },
    },
  ],
  [
    'V18',
    'the lanes were written far too often',
    { ledger: { ...goodLedger(), writeUnits: { lane: 500 } } },
  ],
  [
    'V12',
    'a list that only bounces was sent on',
    {
      truth: (t) => {
        for (let n = 0; n < 20; n += 1) t.events.push(bounce(T + n));
        t.calls.push(call({ startedAt: T + 5_000, addresses: ['a@example.com'] }));
      },
    },
  ],
  [
    'V12',
    'a resumed list that only bounces was sent on',
    {
      truth: (t) => {
        t.resumes.push({ burst: 'b1', askedAt: T + 1_000, answeredAt: T + 1_100 });
        for (let n = 0; n < 60; n += 1) t.events.push(bounce(T + 2_000 + n));
        t.calls.push(call({ startedAt: T + 7_000, addresses: ['a@example.com'] }));
      },
    },
  ],
  [
    'V13',
    'a conversion was counted twice',
    { truth: (t) => t.conversions.push(conversion()), ledger: goodLedger({ converting: 2 }) },
  ],
  ['V13', 'a conversion was lost', { truth: (t) => t.conversions.push(conversion()) }],
  [
    'V14',
    'a message was tried for ever',
    { truth: (t) => Object.assign(t.queue, { receivesMost: 6 }) },
  ],
  [
    'V14',
    'a dead letter has no reason',
    { ledger: { ...goodLedger(), deadLetters: [{ hasReason: false }] } },
  ],
  [
    'V15',
    'the chain of the audit log is broken',
    { ledger: goodLedger({ audit: { ...log('released'), brokenAt: 1 } }) },
  ],
  [
    'V15',
    'a deed stands twice',
    { ledger: goodLedger({ audit: { ...log('released'), ids: ['r1', 'r1'] } }) },
  ],
  [
    'V15',
    'no entry says who scheduled it',
    {
      truth: (t) => t.orders.push({ burst: 'b1', by: 'ann', what: 'schedule', at: 20 }),
      ledger: goodLedger({
        audit: { ...log('released'), entries: [{ by: 'ben', what: 'schedule' }] },
      }),
    },
  ],
  [
    'V15',
    'of two orders one has an entry',
    {
      truth: (t) => {
        const order = { burst: 'b1', by: 'ann', what: 'schedule' };
        t.orders.push({ ...order, at: 20 }, { ...order, at: 30 });
      },
      ledger: goodLedger({
        audit: { ...log('released'), entries: [{ by: 'ann', what: 'schedule' }] },
      }),
    },
  ],
  [
    'V15',
    'an order of the deployment has no entry',
    { truth: (t) => t.orders.push({ by: 'ann', what: 'suppress', at: 20 }) },
  ],
  ['V15', 'nothing says that it was released', { ledger: goodLedger({ audit: log() }) }],
  [
    'V15',
    'nothing says that it was missed',
    { ledger: goodLedger({ state: 'missed', audit: log('released') }) },
  ],
  [
    'V15',
    'nothing says that it was decided',
    { ledger: goodLedger({ state: 'closed', audit: log('released') }) },
  ],
  [
    'V19',
    'somebody was called inside her quiet hours',
    { truth: (t) => Object.assign(t.bursts[0]!.legs[0]!, { quiet: around(0) }) },
  ],
  [
    'V19',
    'somebody was called inside the quiet hours of her own zone',
    {
      truth: (t) =>
        Object.assign(t.bursts[0]!.legs[0]!, {
          quiet: around(330),
          offsets: new Map([['b@example.com', 330]]),
        }),
    },
  ],
  [
    'V26',
    'somebody was called a day and more after the moment',
    {
      truth: (t) => {
        const at = T + 24 * 3_600_000 + 7_200_000 + 6_000;
        t.calls.push(call({ startedAt: at, nodeClockAt: at, addresses: ['b@example.com'] }));
      },
    },
  ],
  [
    'V21',
    'somebody was called before her wave had its allocation',
    { ledger: goodLedger({ ranges: [{ ...range, waves: [{ from: 0, to: 2 }] }] }) },
  ],
  [
    'V21',
    'somebody was asked for another call than her wave says',
    {
      ledger: goodLedger({ ranges: [{ ...range, waves: [{ from: 0, to: 2, calls: ['give'] }] }] }),
    },
  ],
  [
    'V21',
    'a wave was allocated twice',
    {
      truth: (t) => {
        const said = { kind: 'allocated', burst: 'b1', leg: 'mail', wave: 1, at: T } as const;
        t.acknowledgements.push({ ...said, calls: ['give'] });
      },
      ledger: goodLedger({ ranges: [{ ...range, waves: [{ from: 0, to: 2, calls: ['join'] }] }] }),
    },
  ],
  [
    'V22',
    'somebody was called after she had converted',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!.legs[0]!, { skipsConverted: true });
        t.conversions.push({ ...conversion(), recordedAt: T - 2_000 });
      },
      ledger: goodLedger({ converting: 1 }),
    },
  ],
  [
    'V23',
    'somebody got more than the cap allows',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!, { cap: { messages: 1, withinMs: 3_600_000 } });
        t.accepted.push({ ...t.accepted[0]!, burst: 'b0', at: T - 600_000 });
      },
    },
  ],
  ['V24', 'the list still names somebody who was erased', { truth: erase }],
  [
    'V24',
    'somebody who was erased is still a contact',
    {
      truth: erase,
      ledger: { ...goodLedger({ members: [] }), contacts: ['a@example.com'] },
    },
  ],
  [
    'V24',
    'an import over before the erasure is no excuse',
    {
      truth: (t) => {
        erase(t);
        t.imports.push({ addresses: ['a@example.com'], answeredAt: T - 1 });
      },
    },
  ],
  [
    'V24',
    'undoing an import would bring back somebody who was erased',
    {
      truth: erase,
      ledger: { ...goodLedger({ members: [] }), journals: ['a@example.com'] },
    },
  ],
  [
    'V27',
    'the words planned before the last ones stand',
    {
      truth: (t) => {
        plan(t, 'one', 10);
        plan(t, 'two', 20);
      },
    },
  ],
  [
    'V27',
    'words stand that were refused',
    {
      truth: (t) => {
        plan(t, 'two', 20);
        t.plannings.push({
          burst: 'b1',
          contentHash: 'one',
          isRefused: true,
          answeredAt: undefined,
        });
      },
    },
  ],
  [
    'V27',
    'what was planned is in no book',
    { truth: (t) => plan(t, 'one', 10), ledger: { ...goodLedger(), bursts: [] } },
  ],
  [
    'V28',
    'a wave that was to bet says nothing of it',
    { truth: betting, ledger: goodLedger({ ranges: betOn(undefined, ['join']) }) },
  ],
  [
    'V28',
    'a bet counts a click that nobody made',
    { truth: betting, ledger: goodLedger({ ranges: betOn([1, 0, 0, 0], ['join']) }) },
  ],
  [
    'V28',
    'a bet counts people who were never asked',
    { truth: betting, ledger: goodLedger({ ranges: betOn([2, 0, 0, 0], ['join', 'give']) }) },
  ],
  [
    'V28',
    'a bet goes to the call that did worse',
    { truth: clicked, ledger: goodLedger({ ranges: betOn([1, 1, 0, 0], ['give']) }) },
  ],
  [
    'V28',
    'a bet rolls out two calls',
    { truth: clicked, ledger: goodLedger({ ranges: betOn([1, 1, 0, 0], ['join', 'give']) }) },
  ],
  [
    'V28',
    'a bet prefers a call though nobody had answered',
    { truth: betting, ledger: goodLedger({ ranges: betOn([1, 0, 0, 0], ['join']) }) },
  ],
  ['V29', 'a series drew one call only', { truth: (t) => series(t, ['join', 'join']) }],
  [
    'V29',
    'a series was drawn anew',
    { truth: (t) => series(t, ['join', 'give'], ['give', 'join']) },
  ],
  [
    'V29',
    'a post carries another call than was drawn for it',
    {
      truth: (t) => {
        series(t, ['join', 'give']);
        t.posts.push({ at: T, startedAt: T, burst: 'b1', leg: 'post-01', call: 'give', id: '2' });
      },
    },
  ],
  [
    'V30',
    'a follow-up went to somebody who had not converted',
    { truth: (t) => follow(t, 'converted'), ledger: followed(T + 600_000) },
  ],
  [
    'V30',
    'a follow-up went to somebody whom the burst had not reached',
    {
      truth: (t) => {
        follow(t, 'not-converted');
        t.accepted.splice(0, 1);
      },
      ledger: followed(T + 600_000),
    },
  ],
  [
    'V7',
    'a follow-up left before its time',
    { truth: (t) => follow(t, 'not-converted'), ledger: followed(T + 500_000) },
  ],
  [
    'V25',
    'a network without names was asked twice for one post',
    {
      truth: (t) => {
        Object.assign(t.bursts[0]!.legs[1]!, { isBare: true });
        t.calls.push(call({ provider: 'network', leg: 'post', arrived: false }));
      },
    },
  ],
];

function bounce(recordedAt: number): Truth['events'][number] {
  return { ...sendEvent(recordedAt), kind: 'Bounce' };
}

function conversion(): Truth['conversions'][number] {
  return { burst: 'b1', ordinal: 0, address: 'a@example.com', at: T, recordedAt: T + 10 };
}

/** Quiet hours of two hours around the moment, by a clock that is so far ahead of UTC. */
function around(offsetMinutes: number): { from: number; to: number } {
  const minute = Math.floor(T / 60_000) + offsetMinutes;
  const day = (value: number) => ((value % 1_440) + 1_440) % 1_440;
  return { from: day(minute - 60), to: day(minute + 60) };
}

/** The first person gets another email, ten minutes after the first one. */
function follow(truth: Truth, who: string): void {
  const [burst] = truth.bursts;
  const follows = { burst: 'b1', who, afterMs: 600_000 };
  const legs = burst!.legs.filter(({ kind }) => kind === 'email');
  const more = { ...burst!, burst: 'b1-more', follows, legs };
  Object.assign(truth, { bursts: [burst, more], isFair: false, endedAt: T + 700_000 });
  const startedAt = T + 600_001;
  const times = { startedAt, nodeClockAt: startedAt, endedAt: startedAt + 1 };
  truth.calls.push(call({ ...times, burst: 'b1-more', addresses: ['a@example.com'], accepted: 1 }));
  truth.accepted.push({ ...truth.accepted[0]!, burst: 'b1-more', startedAt, at: startedAt });
}

function followed(momentAt: number): Ledger {
  const { bursts, ...rest } = goodLedger();
  const members = [{ ordinal: 0, address: 'a@example.com' }];
  const ranges = [{ leg: 'mail', from: 0, sendableTo: 1, to: 1 }];
  const lanes = [{ lane: 0, leg: 'mail', from: 0, to: 1, next: 1 }];
  const legs = [{ name: 'mail', state: 'sent' }];
  const more = { ...goodBurst(), burst: 'b1-more', momentAt, members, ranges, lanes, legs };
  return { ...rest, bursts: [...bursts, more] };
}

/** The second person is a wave of her own, and its call is a bet. */
function betting(truth: Truth): void {
  Object.assign(truth.bursts[0]!.legs[0]!, { bets: [undefined, 'roll'] });
}

function clicked(truth: Truth): void {
  betting(truth);
  truth.clicks.push({ burst: 'b1', ordinal: 0 });
}

/** Made on so many asked and clicked, of `join` and of `give`. */
function betOn(seen: readonly number[] | undefined, calls: readonly string[]) {
  const [n = 0, s = 0, ofGive = 0, clickedGive = 0] = seen ?? [];
  const counts = [
    { call: 'join', n, s },
    { call: 'give', n: ofGive, s: clickedGive },
  ];
  const second = { from: 1, to: 2, calls, ...(seen ? { bet: { seen: counts } } : {}) };
  const waves = [{ from: 0, to: 1, calls: ['join', 'give'] }, second];
  return [{ leg: 'mail', from: 0, sendableTo: 2, to: 2, waves }];
}

/** Two posts with these calls, by each version of the content. */
function series(truth: Truth, ...draws: readonly (readonly string[])[]): void {
  const [burst] = truth.bursts;
  const legs = ['post-01', 'post-02'];
  const post = { kind: 'post', offsetMs: 0, deadlineMs: 60_000, audience: [], series: 'post' };
  const contents = draws.map((draw, index) => ({
    ...burst!.contents[index]!,
    calls: new Map(legs.map((leg, slot) => [leg, draw[slot] ?? ''])),
  }));
  Object.assign(burst!, {
    contents,
    legs: [...burst!.legs, ...legs.map((leg) => ({ ...post, leg }))],
  });
}

function plan(truth: Truth, contentHash: string, at: number): void {
  const planned = { burst: 'b1', contentHash };
  truth.plannings.push({ ...planned, isRefused: false, answeredAt: at + 5 });
  truth.acknowledgements.push({ kind: 'planned', ...planned, askedAt: at, at: at + 5 });
}

function erase(truth: Truth): void {
  truth.erasing.add('a@example.com');
  truth.acknowledgements.push({ kind: 'erased', address: 'a@example.com', askedAt: T, at: T });
}

describe('the auditor finds nothing when', () => {
  test('a follow-up goes to whoever was reached, in its time', () => {
    const truth = goodTruth();
    follow(truth, 'not-converted');
    expect(audit(truth, followed(T + 600_000))).toEqual([]);
  });
});

describe('the auditor finds it when', () => {
  test.each(spoilt)('%s: %s', (invariant, _name, { truth: spoil, ledger }) => {
    const truth = goodTruth();
    spoil?.(truth);
    expect(brokenBy(truth, ledger ?? goodLedger())).toContain(invariant);
  });

  test('every invariant has a world in which it is broken', async () => {
    const { judges } = await import('./auditor.ts');
    expect(new Set(spoilt.map(([invariant]) => invariant))).toEqual(new Set(Object.keys(judges)));
  });
});
