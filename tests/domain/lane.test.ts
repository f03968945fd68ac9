import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptedCount,
  callSize,
  claimStanding,
  closeAndClaim,
  closeAt,
  isDone,
  type Lane,
  laneCount,
  releaseVoid,
  windowSize,
} from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import { countState, type WindowRecord } from '#domain/window-record.ts';

const fresh: Lane = {
  burst: 'b',
  lane: 0,
  leg: 'l',
  freeze: 'f',
  from: 1_000,
  to: 1_250,
  next: 1_000,
  revision: 1,
  nonce: 'n',
  epoch: 1,
  excepted: 0,
};

describe('the commit rule', () => {
  const window = (epoch: number) => ({ from: 0, to: 100, epoch, attempt: 1, claimedAt: 0 });

  test.each([
    { name: 'no window', window: undefined, epoch: 3, committedEpoch: undefined, want: 'none' },
    {
      name: 'our own, nothing committed',
      window: window(3),
      epoch: 3,
      committedEpoch: undefined,
      want: 'ours',
    },
    { name: 'our own, committed', window: window(3), epoch: 3, committedEpoch: 3, want: 'ours' },
    {
      name: 'our own, an earlier epoch committed',
      window: window(3),
      epoch: 3,
      committedEpoch: 2,
      want: 'ours',
    },
    {
      name: 'an earlier one, nothing ever committed',
      window: window(2),
      epoch: 3,
      committedEpoch: undefined,
      want: 'void',
    },
    {
      name: 'an earlier one above the committed',
      window: window(2),
      epoch: 3,
      committedEpoch: 1,
      want: 'void',
    },
    {
      name: 'an earlier one that committed',
      window: window(2),
      epoch: 3,
      committedEpoch: 2,
      want: 'in_doubt',
    },
    {
      name: 'an earlier one below the committed',
      window: window(1),
      epoch: 3,
      committedEpoch: 2,
      want: 'in_doubt',
    },
    {
      name: 'an earlier one, ours committed meanwhile',
      window: window(2),
      epoch: 3,
      committedEpoch: 3,
      want: 'in_doubt',
    },
  ])('$name: $want', ({ window: claimed, epoch, committedEpoch, want }) => {
    expect(claimStanding(claimed, { epoch, committedEpoch })).toBe(want);
  });

  test('whatever may have called a provider is never void', () => {
    const epoch = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(epoch, epoch, epoch, (claimed, current, committed) => {
        const standing = claimStanding(window(claimed), {
          epoch: current,
          committedEpoch: committed,
        });
        if (claimed <= committed) expect(standing).not.toBe('void');
      }),
    );
  });
});

describe('sizes', () => {
  test.each([
    [0.01, 1, 1],
    [1, 5, 1],
    [14, 70, 7],
    [20, 100, 10],
    [99, 100, 50],
    [101, 100, 50],
    [10_000, 100, 50],
  ])('at %d a second a window holds %d and a call %d', (rate, window, call) => {
    expect(windowSize(rate)).toBe(window);
    expect(callSize(rate)).toBe(call);
  });

  test('lanes fill the rate with one open window each, and none is idle from the start', () => {
    expect(laneCount(80_000, 14)).toBe(1);
    expect(laneCount(80_000, 1_000)).toBe(4);
    expect(laneCount(50, 10_000)).toBe(1);
    expect(laneCount(10_000_000, 100_000)).toBe(limits.lanesMax);
    expect(laneCount(0, 100)).toBe(1);
  });
});

describe('windows of a lane', () => {
  const claim = (lane: Lane, excepted = 0) =>
    closeAndClaim(lane, { epoch: 1, size: 100, now: 5, excepted });

  test('follow each other without gap or overlap and end with the lane', () => {
    const windows: [number, number][] = [];
    let lane = claim(fresh);
    for (; lane.window; lane = claim(lane)) windows.push([lane.window.from, lane.window.to]);
    expect(windows).toEqual([
      [1_000, 1_100],
      [1_100, 1_200],
      [1_200, 1_250],
    ]);
    expect(isDone(lane)).toBe(true);
    expect(acceptedCount(lane)).toBe(250);
  });

  test('an open window is not counted as accepted, and exceptions never are', () => {
    const open = claim(claim(fresh), 3);
    expect(acceptedCount(open)).toBe(97);
    expect(isDone(open)).toBe(false);
  });

  test('a void claim is taken back whole', () => {
    const taken = releaseVoid(claim(fresh), 2);
    expect(taken).toEqual({ ...fresh, epoch: 2 });
    expect(releaseVoid(fresh, 2)).toEqual({ ...fresh, epoch: 2 });
  });

  test('closed early, what was never called is claimed again first', () => {
    const halted = closeAt(claim(fresh), 1_040, 1, 2);
    expect(acceptedCount(halted)).toBe(38);
    expect(claim(halted).window).toMatchObject({ from: 1_040, to: 1_140 });
  });

  test('any history of claims, halts and voids covers every ordinal exactly once', () => {
    const move = fc.record({
      kind: fc.constantFrom('claim', 'claim', 'halt', 'void'),
      size: fc.integer({ min: 1, max: 100 }),
      called: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const sent: number[] = [];
        let lane = fresh;
        const settle = (to: number) => {
          for (let ordinal = lane.window?.from ?? to; ordinal < to; ordinal += 1)
            sent.push(ordinal);
        };
        for (const { kind, size, called } of [
          ...moves,
          ...Array.from({ length: 252 }, () => ({ kind: 'claim', size: 1, called: 0 })),
        ]) {
          if (kind === 'void') lane = releaseVoid(lane, 1);
          else if (kind === 'halt') {
            const to = Math.min(
              lane.window?.to ?? lane.next,
              (lane.window?.from ?? lane.next) + called,
            );
            settle(to);
            lane = closeAt(lane, to, 1, 0);
          } else {
            settle(lane.window?.to ?? lane.next);
            lane = closeAndClaim(lane, { epoch: 1, size, now: 0, excepted: 0 });
          }
        }
        expect(isDone(lane)).toBe(true);
        expect(sent).toEqual(Array.from({ length: 250 }, (_, index) => 1_000 + index));
        expect(acceptedCount(lane)).toBe(250);
      }),
      { numRuns: 300 },
    );
  });
});

test('states are counted over all records', () => {
  const record = (states: WindowRecord['outcomes'][number]['state'][]): WindowRecord => ({
    burst: 'b',
    lane: 0,
    leg: 'l',
    from: 0,
    to: 100,
    epoch: 1,
    attempt: 1,
    revision: 1,
    nonce: 'n',
    recordedAt: 0,
    outcomes: states.map((state, ordinal) => ({ ordinal, state })),
  });
  const records = [record(['refused', 'in_doubt', 'refused']), record(['accepted']), record([])];
  expect(countState(records, 'refused')).toBe(2);
  expect(countState(records, 'in_doubt')).toBe(1);
  expect(countState(records, 'unproven')).toBe(0);
  expect(countState([], 'accepted')).toBe(0);
});
