/** Every state of S21 is reached through the public function, and none out of its order. */

import { describe, expect, test } from 'vitest';
import { type DecideInput, decide } from '../../functions/statistics/decide.ts';

const plan: Omit<DecideInput, 'arms'> = {
  design: 'randomized',
  weights: [1, 1],
  alphaLive: 0.01,
  alphaFinal: 0.04,
  maturity: 1,
  finalRead: false,
};

function arms(...tallies: [number | null, number][]) {
  return tallies.map(([n, s], index) => ({ id: 'abcdefghijklmnopqrstu'[index] ?? '', n, s }));
}

function known(...tallies: [number, number][]) {
  return tallies.map(([n, s], index) => ({ id: 'abcdefghijklmnopqrstu'[index] ?? '', n, s }));
}

describe('the state that applies first is the answer', () => {
  const table: { name: string; input: Partial<DecideInput>; want: string; winner?: string }[] = [
    {
      name: 'an unknown exposure is not zero exposure',
      input: { arms: arms([null, 3], [10, 2]), design: 'observational' },
      want: 'not_comparable/missing_exposure',
    },
    {
      name: 'public posts at chosen times are not randomised',
      input: { arms: arms([10_000, 900], [10_000, 100]), design: 'observational' },
      want: 'not_comparable/not_randomized',
    },
    {
      name: 'one call has nothing to be compared with',
      input: { arms: arms([100, 30]), weights: [1] },
      want: 'not_comparable/too_few_arms',
    },
    {
      name: 'a call nobody was shown cannot be judged',
      input: { arms: arms([100, 30], [0, 0]) },
      want: 'not_comparable/too_few_arms',
    },
    {
      name: 'totals of a series are not its posts',
      input: { arms: arms([100, 30], [100, 10]), design: 'switchback' },
      want: 'not_comparable/too_few_posts',
    },
    {
      name: 'a split that was not planned voids the comparison',
      input: { arms: arms([11_000, 300], [9000, 100]) },
      want: 'invalid/srm',
    },
    {
      name: 'fewer than 20 conversions say nothing',
      input: { arms: arms([10_000, 19], [10_000, 0]), finalRead: true },
      want: 'no_clear_winner/too_few_conversions',
    },
    {
      name: 'a shared best rate is a tie',
      input: { arms: arms([10_000, 200], [10_000, 200], [10_000, 20]), weights: [1, 1, 1] },
      want: 'no_clear_winner/tie',
    },
    {
      name: 'all clicks that put the rival ahead withhold the claim',
      input: {
        arms: arms([10_000, 300], [10_000, 180]),
        allClicks: known([10_000, 320], [10_000, 400]),
      },
      want: 'no_clear_winner/sensitive_to_bot_filter',
    },
    {
      name: 'a filter that took only from the rival withholds the claim',
      input: {
        arms: arms([10_000, 300], [10_000, 180]),
        allClicks: known([10_000, 302], [10_000, 300]),
        finalRead: true,
      },
      want: 'no_clear_winner/sensitive_to_bot_filter',
    },
    {
      name: 'scanners that click everything alike do not withhold a claim',
      input: {
        arms: arms([10_000, 300], [10_000, 180]),
        allClicks: known([10_000, 1300], [10_000, 1180]),
      },
      want: 'winner/live',
      winner: 'a',
    },
    {
      name: 'clear evidence on mature answers is a live winner',
      input: { arms: arms([10_000, 180], [10_000, 300]) },
      want: 'winner/live',
      winner: 'b',
    },
    {
      name: 'the planned read names a winner that live evidence does not',
      input: { arms: arms([10_000, 200], [10_000, 250]), finalRead: true },
      want: 'winner/final',
      winner: 'b',
    },
    {
      name: 'the same counts before the planned read are not enough',
      input: { arms: arms([10_000, 200], [10_000, 250]) },
      want: 'no_clear_winner/insufficient_evidence',
    },
    {
      name: 'live evidence on immature answers only leads',
      input: { arms: arms([10_000, 180], [10_000, 300]), maturity: 0.89 },
      want: 'leading/immature',
    },
  ];

  test.each(table)('$name', ({ input, want, winner = null }) => {
    const decision = decide({ ...plan, arms: [], ...input });
    expect(`${decision.status}/${decision.reason}`).toBe(want);
    expect(decision.winner).toBe(winner);
  });
});
