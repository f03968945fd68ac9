import { expect, test } from 'vitest';
import type { ShownLedger } from '#commands/show-ledger.ts';
import { compare, type Recipient } from '../../cli/audit/compare.ts';
import type { MailedEntry, ProviderLogs } from '../../cli/audit/provider-logs.ts';

// Ten people; the last two were held back. One lane has closed [0, 6) and holds [6, 8) open.

const people: Recipient[] = Array.from({ length: 10 }, (_, ordinal) => ({
  ordinal,
  address: `person${ordinal}@example.com`,
  leg: 'email',
  isHeldBack: ordinal >= 8,
}));

function ledger(changes: {
  readonly window?: boolean;
  readonly outcomes?: readonly { ordinal: number; state: string }[];
  readonly state?: string;
  readonly post?: string;
  readonly committedEpoch?: number;
}): ShownLedger {
  const { window = false, outcomes = [], state = 'measuring', post = 'published' } = changes;
  return {
    burst: {
      id: 'b1',
      state,
      committedEpoch: changes.committedEpoch ?? 1,
      legs: [
        { name: 'email', channel: 'email', state: 'sent' },
        { name: 'mastodon', channel: 'mastodon', state: post },
      ],
    },
    head: { recipients: 10, legs: [{ leg: 'email', from: 0, sendableTo: 8, to: 10 }] },
    lanes: [
      {
        leg: 'email',
        from: 0,
        to: 8,
        next: 8,
        ...(window ? { window: { from: 6, to: 8, epoch: 1 } } : {}),
      },
    ],
    records: outcomes.length === 0 ? [] : [{ leg: 'email', outcomes }],
    legs: [{ leg: 'mastodon', published: { postId: '77' } }],
    sent: {},
  } as unknown as ShownLedger;
}

const mail = (ordinal: number, more: Partial<MailedEntry> = {}): MailedEntry => ({
  burst: 'b1',
  ordinal,
  attempt: 1,
  call: 'give',
  address: `person${ordinal}@example.com`,
  isAccepted: true,
  at: 1,
  ...more,
});

const mailedTo = (count: number) => Array.from({ length: count }, (_, ordinal) => mail(ordinal));
const post = { id: '77', text: 'See http://l/c/k.b1.mastodon.give..m', at: 1 };
const logs = (mailed: readonly MailedEntry[], posts = [post]): ProviderLogs => ({ mailed, posts });

test('a ledger that says what the providers say is clean and adds up', () => {
  const compared = compare(ledger({}), people, logs(mailedTo(8)));
  expect(compared).toMatchObject({
    recipients: 10,
    accepted: 8,
    suppressed: 2,
    refused: 0,
    inDoubt: 0,
    unaccounted: 0,
    duplicates: 0,
    posts: 1,
    firstAt: { email: 1, mastodon: 1 },
    differences: [],
  });
});

test('other bursts of the same account do not count', () => {
  const other = mail(0, { burst: 'b2' });
  expect(compare(ledger({}), people, logs([...mailedTo(8), other])).duplicates).toBe(0);
});

test.each([
  {
    name: 'somebody mailed twice',
    given: () => compare(ledger({}), people, logs([...mailedTo(8), mail(3)])),
    difference: 'ordinal 3 was accepted more than once',
  },
  {
    name: 'one address under two ordinals',
    given: () =>
      compare(
        ledger({}),
        people,
        logs([...mailedTo(7), mail(7, { address: 'Person0@example.com' })]),
      ),
    difference: 'the address of ordinals 0 and 7 was accepted more than once',
  },
  {
    name: 'sent by the ledger alone',
    given: () => compare(ledger({}), people, logs(mailedTo(7))),
    difference: 'ordinal 7: sent by the ledger, not by the provider',
  },
  {
    name: 'held back and sent all the same',
    given: () => compare(ledger({}), people, logs([...mailedTo(8), mail(9)])),
    difference: 'ordinal 9: held_back by the ledger, sent by the provider',
  },
  {
    name: 'refused by the ledger, sent by the provider',
    given: () =>
      compare(ledger({ outcomes: [{ ordinal: 2, state: 'refused' }] }), people, logs(mailedTo(8))),
    difference: 'ordinal 2: refused by the ledger, sent by the provider',
  },
  {
    name: 'an ordinal beyond the audience',
    given: () => compare(ledger({}), people, logs([...mailedTo(8), mail(12)])),
    difference: 'ordinal 12: sent by the provider, not in the frozen audience',
  },
  {
    name: 'another address',
    given: () =>
      compare(ledger({}), people, logs([...mailedTo(7), mail(7, { address: 'x@example.com' })])),
    difference: 'ordinal 7: mailed to another address than the frozen audience has',
  },
  {
    name: 'no post',
    given: () => compare(ledger({}), people, logs(mailedTo(8), [])),
    difference: 'leg mastodon is published and stands 0 times on the network',
  },
  {
    name: 'two posts',
    given: () => compare(ledger({}), people, logs(mailedTo(8), [post, { ...post, id: '78' }])),
    difference: 'leg mastodon is published and stands 2 times on the network',
  },
  {
    name: 'a post although the leg was missed',
    given: () => compare(ledger({ post: 'missed' }), people, logs(mailedTo(8))),
    difference: 'leg mastodon is missed and stands 1 times on the network',
  },
  {
    name: 'another post',
    given: () => compare(ledger({}), people, logs(mailedTo(8), [{ ...post, id: '99' }])),
    difference: 'leg mastodon: the ledger names post 77, the network 99',
  },
])('found: $name', ({ given, difference }) => {
  expect(given().differences).toContain(difference);
});

test('in doubt agrees with either truth', () => {
  const open = ledger({ window: true, state: 'releasing' });
  expect(compare(open, people, logs(mailedTo(8))).differences).toEqual([]);
  const none = compare(open, people, logs(mailedTo(6)));
  expect(none).toMatchObject({ inDoubt: 2, accepted: 6, differences: [] });
});

test('a window of an epoch that never called anybody is still to come', () => {
  const open = ledger({ window: true, state: 'releasing', committedEpoch: 0 });
  expect(compare(open, people, logs(mailedTo(6)))).toMatchObject({ inDoubt: 0, accepted: 6 });
});

test('after the end nobody may be left over', () => {
  const short = ledger({});
  const lanes = [{ ...short.lanes[0], next: 5 }] as ShownLedger['lanes'];
  const compared = compare({ ...short, lanes }, people, logs(mailedTo(5)));
  expect(compared.unaccounted).toBe(3);
  expect(compared.differences).toContain('3 recipients are in no count of the ledger');
});

test('whom an abandoned burst never came to is counted, and is no difference', () => {
  const short = ledger({});
  const lanes = [{ ...short.lanes[0], next: 5 }] as ShownLedger['lanes'];
  const legs = short.burst.legs.map((leg) => ({ ...leg, reason: 'abandoned' }));
  const abandoned = { ...short, lanes, burst: { ...short.burst, legs } } as ShownLedger;
  const compared = compare(abandoned, people, logs(mailedTo(5)));
  expect(compared).toMatchObject({ recipients: 10, accepted: 5, neverSent: 3, unaccounted: 0 });
  expect(compared.differences).toEqual([]);
});
