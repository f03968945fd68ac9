import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Counts, progressOf } from '#commands/progress.ts';
import type { Burst } from '#domain/burst.ts';
import { closeAndClaim, closeAt, type Lane } from '#domain/lane.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { EntryOutcome, WindowRecord } from '#domain/window-record.ts';
import { aBurst, aLeg, T } from '../domain/a-burst.ts';

const head: ManifestHead = {
  burst: 'atlas-launch',
  revision: 1,
  nonce: 'n',
  freeze: 'f',
  contentHash: 'a'.repeat(64),
  recipients: 320,
  chunkRecipients: 2_000,
  frozenAt: T,
  legs: [
    {
      leg: 'prospects',
      from: 0,
      sendableTo: 300,
      to: 320,
      allocation: [{ call: 'trial', weight: 1 }],
    },
  ],
  lanes: [{ lane: 0, leg: 'prospects', from: 0, to: 300 }],
  perSecond: 100,
  heldBack: { suppressed: 20 },
  digest: 'd',
};
const fresh: Lane = {
  burst: 'atlas-launch',
  lane: 0,
  leg: 'prospects',
  freeze: 'f',
  from: 0,
  to: 300,
  next: 0,
  revision: 1,
  nonce: 'n',
  epoch: 3,
  excepted: 0,
};
const releasing = aBurst({
  state: 'releasing',
  epoch: 3,
  committedEpoch: 3,
  holder: 'h',
  leaseUntil: T + 10_000,
  legs: [aLeg({ state: 'sending' })],
});

function claim(lane: Lane, excepted = 0): Lane {
  return closeAndClaim(lane, { epoch: lane.epoch, size: 100, now: T, excepted });
}

function record(from: number, outcomes: EntryOutcome[]): WindowRecord {
  return {
    burst: 'atlas-launch',
    lane: 0,
    leg: 'prospects',
    from,
    to: from + 100,
    epoch: 3,
    attempt: 1,
    revision: 1,
    nonce: 'n',
    recordedAt: T,
    outcomes,
  };
}

function count(burst: Burst, lane: Lane, records: WindowRecord[] = [], now = T): Counts {
  return progressOf(burst, { head, lanes: [lane], records }, now);
}

function total({
  recipients: _all,
  accepted,
  refused,
  inDoubt,
  unproven,
  heldBack,
  inFlight,
  remaining,
}: Counts): number {
  return accepted + refused + inDoubt + unproven + heldBack + inFlight + remaining;
}

test('before the audience is frozen there is nothing to count', () => {
  const empty = progressOf(aBurst(), { head: undefined, lanes: [], records: [] }, T);
  expect(empty).toMatchObject({
    recipients: 0,
    accepted: 0,
    remaining: 0,
    legs: [],
    heldBackAtFreeze: {},
  });
});

test('an untouched lane remains, and whoever was held back at the freeze is counted so', () => {
  expect(count(releasing, fresh)).toMatchObject({
    recipients: 320,
    heldBack: 20,
    remaining: 300,
    accepted: 0,
  });
});

test('an open window of a healthy holder is in flight', () => {
  expect(count(releasing, claim(fresh))).toMatchObject({
    inFlight: 100,
    remaining: 200,
    accepted: 0,
  });
});

test('the same window is in doubt once its holder is gone, or another epoch has committed', () => {
  const lane = claim(fresh);
  expect(count(releasing, lane, [], T + 60_000)).toMatchObject({
    inFlight: 0,
    inDoubt: 100,
    remaining: 200,
  });
  expect(count({ ...releasing, epoch: 4, committedEpoch: 4 }, lane)).toMatchObject({
    inDoubt: 100,
    inFlight: 0,
  });
});

test('windows claimed before any commit were never called', () => {
  const { committedEpoch: _none, ...armed } = { ...releasing, state: 'armed' as const };
  expect(count(armed, claim(fresh))).toMatchObject({ inFlight: 0, inDoubt: 0, remaining: 300 });
  expect(count({ ...releasing, epoch: 4, committedEpoch: 2 }, claim(fresh))).toMatchObject({
    inFlight: 0,
    inDoubt: 0,
    remaining: 300,
  });
});

test('a closed window is accepted but for what its record lists', () => {
  const outcomes: EntryOutcome[] = [
    { ordinal: 3, state: 'refused' },
    { ordinal: 4, state: 'in_doubt' },
    { ordinal: 5, state: 'held_back' },
    { ordinal: 6, state: 'unproven' },
    { ordinal: 7, state: 'not_called' },
    { ordinal: 8, state: 'accepted' },
  ];
  const counted = count(releasing, closeAt(claim(fresh), 100, 3, outcomes.length), [
    record(0, outcomes),
  ]);
  expect(counted).toMatchObject({
    accepted: 95,
    refused: 1,
    inDoubt: 1,
    unproven: 1,
    heldBack: 21,
    inFlight: 0,
    remaining: 201,
  });
});

test('what is listed already of an open window is not in flight', () => {
  const counted = count(releasing, claim(fresh), [record(0, [{ ordinal: 3, state: 'refused' }])]);
  expect(counted).toMatchObject({ inFlight: 99, refused: 1, remaining: 200 });
});

test('rate and drain time follow from the first and the last answer', () => {
  const lane = { ...claim(claim(fresh)), firstCallAt: T, lastAnswerAt: T + 5_000 };
  expect(progressOf(releasing, { head, lanes: [lane], records: [] }, T)).toMatchObject({
    perSecond: 20,
    drainMs: 10_000,
    firstCallAt: T,
    lastAnswerAt: T + 5_000,
  });
});

test('whatever happened, everybody is counted once', () => {
  const state = fc.constantFrom(
    'refused',
    'in_doubt',
    'held_back',
    'unproven',
    'not_called',
    'accepted',
  );
  const window = fc.record({
    kept: fc.array(fc.tuple(fc.nat(99), state), { maxLength: 30 }),
    halts: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(window, { maxLength: 4 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 60_000 }),
      (windows, isOpen, later) => {
        let lane = fresh;
        const records: WindowRecord[] = [];
        for (const { kept, halts } of windows) {
          lane = claim(lane);
          if (!lane.window) break;
          const { from, to } = lane.window;
          const byOrdinal = new Map(kept.map(([place, what]) => [from + place, what] as const));
          const calledTo = halts ? from + Math.ceil((to - from) / 2) : to;
          const outcomes = [...byOrdinal]
            .filter(([ordinal]) => ordinal < calledTo)
            .map(([ordinal, what]) => ({ ordinal, state: what as EntryOutcome['state'] }));
          records.push(record(from, outcomes));
          lane = closeAt(lane, calledTo, 3, outcomes.length);
        }
        if (isOpen) lane = claim(lane);
        const counted = count(releasing, lane, records, T + later);
        expect(total(counted)).toBe(counted.recipients);
      },
    ),
    { numRuns: 1_000 },
  );
});
