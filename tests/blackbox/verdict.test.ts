import { expect, test } from 'vitest';
import type { ShownLedger } from '#commands/show-ledger.ts';
import type { SesTruth } from './processes/ses.ts';
import type { PostTruth } from './processes/social.ts';
import { type JudgedBurst, judge } from './verdict.ts';

// Four people, the last of whom is not to be written to; one post.

const AT = 1_000_000;
const addresses = ['a@example.org', 'b@example.org', 'c@example.org', 'd@example.org'];

function ledgerOf(change: { state?: string; post?: string; records?: object[]; next?: number }) {
  return {
    burst: {
      id: 'b',
      state: change.state ?? 'measuring',
      momentAt: AT,
      committedEpoch: 1,
      legs: [
        { name: 'email', channel: 'email', state: 'sent' },
        { name: 'keyed', channel: 'mastodon', state: change.post ?? 'published' },
      ],
    },
    head: { recipients: 4, legs: [{ leg: 'email', from: 0, sendableTo: 3, to: 4 }] },
    lanes: [{ leg: 'email', from: 0, to: 3, next: change.next ?? 3 }],
    records: change.records ?? [],
    legs: [],
  } as unknown as ShownLedger;
}

function burstOf(ledger: ShownLedger, change: Partial<JudgedBurst> = {}): JudgedBurst {
  return {
    burst: 'b',
    audience: new Set(addresses),
    never: new Set([addresses[3] ?? '']),
    posts: ['keyed'],
    ledger,
    recipients: addresses.map((address, ordinal) => {
      return { ordinal, address, leg: 'email', isHeldBack: ordinal === 3 };
    }),
    ...change,
  };
}

function call(...ordinals: number[]): SesTruth {
  const entries = ordinals.map((ordinal) => {
    const address = addresses[ordinal] ?? 'stranger@example.org';
    return { burst: 'b', ordinal, attempt: 1, address, accepted: true };
  });
  return { at: AT + 10, mode: 'answered', entries };
}

const post: PostTruth = {
  server: 'keyed',
  id: '1',
  at: AT,
  mode: 'answered',
  text: '/c/k.b.keyed.x',
};
const doubt = (ordinal: number) => ({
  records: [{ leg: 'email', outcomes: [{ ordinal, state: 'in_doubt' }] }],
});
const clean = { duplicates: 0, unaccounted: 0, unfinished: 0, mistimed: 0 };

test('a ledger that says what the providers did is clean', () => {
  const verdict = judge([burstOf(ledgerOf({}))], [call(0, 1, 2)], [post]);
  expect(verdict).toMatchObject({ ...clean, accepted: 3, posts: 1, inDoubt: 0 });
});

test('in doubt agrees with either truth and is counted', () => {
  const bursts = [burstOf(ledgerOf(doubt(2)))];
  expect(judge(bursts, [call(0, 1, 2)], [post])).toMatchObject({ ...clean, inDoubt: 1 });
  expect(judge(bursts, [call(0, 1)], [post])).toMatchObject({ ...clean, inDoubt: 1 });
});

test.each([
  ['somebody twice', {}, [call(0, 1, 2), call(1)], [post], { duplicates: 1 }],
  ['two posts', {}, [call(0, 1, 2)], [post, { ...post, id: '2' }], { duplicates: 1 }],
  ['sent by the ledger alone', {}, [call(0, 1)], [post], { unaccounted: 1 }],
  ['never called and at rest', { next: 2 }, [call(0, 1)], [post], { unaccounted: 1 }],
  ['a post by the ledger alone', {}, [call(0, 1, 2)], [], { unaccounted: 1 }],
  ['a post of a missed leg', { post: 'missed' }, [call(0, 1, 2)], [post], { unaccounted: 1 }],
  ['against a standing order', {}, [call(0, 1, 2, 3)], [post], { unaccounted: 1 }],
  ['a stranger', {}, [call(0, 1, 2, 9)], [post], { unaccounted: 2 }],
  ['a burst that never rests', { state: 'releasing' }, [call(0, 1, 2)], [post], { unfinished: 1 }],
  ['too early', {}, [{ ...call(0, 1, 2), at: AT - 5 }], [post], { mistimed: 3 }],
])('finds %s', (_name, change, mailed, posted, wanted) => {
  expect(judge([burstOf(ledgerOf(change))], mailed, posted)).toMatchObject(wanted);
});

test('finds whoever is not in the frozen list, and what SES took for an unknown burst', () => {
  const burst = burstOf(ledgerOf({}), { audience: new Set([...addresses, 'e@example.org']) });
  expect(judge([burst], [call(0, 1, 2)], [post])).toMatchObject({ unaccounted: 1 });
  expect(judge([], [call(0)], [])).toMatchObject({ unaccounted: 1 });
});

test('finds a call long after a stop that still stands', () => {
  const burst = burstOf(ledgerOf({ state: 'stopped' }), { stoppedAt: AT - 3_000 });
  expect(judge([burst], [call(0, 1, 2)], [post])).toMatchObject({ mistimed: 3 });
});

test('without a ledger nobody is accounted for', () => {
  const { ledger: _none, ...burst } = burstOf(ledgerOf({}), { recipients: [] });
  expect(judge([burst], [call(0, 1, 2)], [post]).unaccounted).toBeGreaterThanOrEqual(4);
});
