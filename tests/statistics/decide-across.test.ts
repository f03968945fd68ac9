/** Verdicts on public posts and over several channels: every state is reached. */

import { describe, expect, test } from 'vitest';
import {
  type DecideOverallInput,
  decideOverall,
} from '../../functions/statistics/decide-overall.ts';
import { type DecidePostsInput, decidePosts } from '../../functions/statistics/decide-posts.ts';

const posts = (...clicks: number[]) =>
  clicks.map((count) => ({ impressions: 1000, clicks: count }));
const arms = (...tallies: [number, number][]) =>
  tallies.map(([n, s], i) => ({ id: 'abc'[i] ?? '', n, s }));

describe('posts', () => {
  const table: { name: string; input: DecidePostsInput; want: string; winner: string | null }[] = [
    {
      name: 'one post each proves nothing',
      input: { a: posts(900), b: posts(10), alpha: 0.04 },
      want: 'not_comparable/too_few_posts',
      winner: null,
    },
    {
      name: 'a call without a post proves nothing',
      input: { a: posts(9, 8, 7, 6), b: [], alpha: 0.04 },
      want: 'not_comparable/too_few_posts',
      winner: null,
    },
    {
      name: 'five pairs are one too few',
      input: { a: posts(9, 9, 9, 9, 9), b: posts(1, 1, 1, 1, 1), paired: true, alpha: 0.04 },
      want: 'not_comparable/too_few_posts',
      winner: null,
    },
    {
      name: 'six pairs all one way are enough',
      input: { a: posts(9, 9, 9, 9, 9, 9), b: posts(1, 1, 1, 1, 1, 1), paired: true, alpha: 0.04 },
      want: 'winner/final',
      winner: 'a',
    },
    {
      name: 'four and four, all of one above all of the other: 2 of 70',
      input: { a: posts(1, 2, 3, 4), b: posts(5, 6, 7, 8), alpha: 0.04 },
      want: 'winner/final',
      winner: 'b',
    },
    {
      name: 'four and four, overlapping',
      input: { a: posts(1, 2, 3, 6), b: posts(5, 4, 7, 8), alpha: 0.04 },
      want: 'no_clear_winner/insufficient_evidence',
      winner: null,
    },
    {
      name: 'equal rates are a tie',
      input: { a: posts(1, 2, 3, 4), b: posts(4, 3, 2, 1), alpha: 0.04 },
      want: 'no_clear_winner/tie',
      winner: null,
    },
  ];
  test.each(table)('$name', ({ input, want, winner }) => {
    const decision = decidePosts(input);
    expect(`${decision.status}/${decision.reason}`).toBe(want);
    expect(decision.winner).toBe(winner);
  });
});

describe('over channels', () => {
  const table: {
    name: string;
    strata: DecideOverallInput['strata'];
    want: string;
    winner?: string;
    simpson?: boolean;
  }[] = [
    { name: 'no channel', strata: [], want: 'not_comparable/too_few_arms' },
    {
      name: 'the same leader, the same strength',
      strata: [arms([10_000, 200], [10_000, 270]), arms([5000, 300], [5000, 390])],
      want: 'winner/stratified',
      winner: 'b',
    },
    {
      name: 'a leader that is not clear',
      strata: [arms([1000, 20], [1000, 24]), arms([500, 30], [500, 33])],
      want: 'no_clear_winner/insufficient_evidence',
    },
    {
      name: 'better here, worse there',
      strata: [arms([10_000, 200], [10_000, 400]), arms([10_000, 300], [10_000, 200])],
      want: 'no_clear_winner/differs_by_channel',
    },
    {
      name: 'equal everywhere: nobody leads',
      strata: [arms([1000, 50], [1000, 50])],
      want: 'no_clear_winner/no_consistent_leader',
    },
    {
      name: 'a handful of conversions',
      strata: [arms([1000, 2], [1000, 12])],
      want: 'no_clear_winner/too_few_conversions',
    },
    {
      name: 'adding up would name the other one (kidney stones)',
      strata: [arms([87, 81], [270, 234]), arms([263, 192], [80, 55])],
      want: 'no_clear_winner/insufficient_evidence',
      simpson: true,
    },
    {
      name: 'a reversal with enough data names the call that leads within the channels',
      strata: [arms([20_000, 2000], [2000, 260]), arms([2000, 40], [20_000, 560])],
      want: 'winner/stratified',
      winner: 'b',
      simpson: true,
    },
  ];
  test.each(table)('$name', ({ strata, want, winner = null, simpson = false }) => {
    const decision = decideOverall({ strata, alpha: 0.04 });
    expect(`${decision.status}/${decision.reason}`).toBe(want);
    expect(decision.winner).toBe(winner);
    expect(decision.simpson).toBe(simpson);
  });
});
