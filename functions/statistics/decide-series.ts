/** May a winner be declared among calls drawn over public posts (S16, S21). */

import type { Decision, RivalEvidence } from './decide.ts';
import { decidePosts } from './decide-posts.ts';
import { assignmentCount, assignmentsMax } from './permutation-test.ts';
import type { Post } from './post.ts';

type SeriesCall = { id: string; posts: readonly Post[] };
export type DecideSeriesInput = {
  calls: readonly SeriesCall[];
  paired?: boolean | undefined;
  alphaFinal: number;
  /** the fixed reading time has come; an exact test repeated at every look would not hold */
  finalRead: boolean;
};

/**
 * The call with the highest rate against every rival by exact permutation, each at
 * alphaFinal/(k - 1). Before the reading time nothing is claimed.
 * Where the assignments are too many to count, only those are counted in which neighbouring posts of
 * the two calls change places (`countable`): fewer, all of them drawable, so the test stays exact.
 * Refuses: invalid_count, invalid_posts. Cost: one permutation test a rival.
 */
export function decideSeries({
  calls,
  paired = false,
  alphaFinal,
  finalRead,
}: DecideSeriesInput): Decision {
  const none: Decision = {
    status: 'not_comparable',
    reason: 'too_few_posts',
    winner: null,
    leader: null,
    rivals: [],
  };
  if (calls.length < 2) return { ...none, reason: 'too_few_arms' };
  if (calls.some(({ posts }) => posts.length === 0)) return none;
  const rates = calls.map(({ posts }) => rateOf(posts));
  const top = Math.max(...rates);
  const best = calls[rates.indexOf(top)];
  const alpha = alphaFinal / (calls.length - 1);
  const tests = calls
    .filter((call) => call !== best)
    .map(({ id, posts }) => ({
      id,
      result: decidePosts({ ...countable(posts, best?.posts ?? [], paired), alpha }),
    }));
  if (tests.some(({ result }) => result.reason === 'too_few_posts')) return none;
  const rivals = tests.map(({ id, result }): RivalEvidence => ({ id, logE: 0, finalP: result.p }));
  const leader = rates.filter((rate) => rate === top).length === 1 ? (best?.id ?? null) : null;
  const found = { ...none, status: 'no_clear_winner' as const, leader, rivals };
  if (leader === null) return { ...found, reason: 'tie' };
  if (finalRead && tests.every(({ result }) => result.winner === 'b')) {
    return { ...found, status: 'winner', reason: 'final', winner: leader };
  }
  return { ...found, reason: 'insufficient_evidence' };
}

const blocksMax = 20;

/**
 * The posts as they are, or, above the limit of permutationTest, both calls' posts in slot order as
 * at most 20 pairs of equal blocks, the latest posts of the longer call left out. Swapping blocks
 * is a subgroup of all assignments, and a permutation test over a subgroup fixed beforehand is exact
 * (Hemerik and Goeman, TEST 27 (2018) 811).
 */
function countable(
  a: readonly Post[],
  b: readonly Post[],
  paired: boolean,
): { a: readonly Post[]; b: readonly Post[]; paired: boolean } {
  const sizes = { a: a.length, b: b.length, paired };
  const unequal = paired && a.length !== b.length;
  if (unequal || a.length === 0 || b.length === 0 || assignmentCount(sizes) <= assignmentsMax) {
    return { a, b, paired };
  }
  const length = Math.min(a.length, b.length);
  const blocks = Math.min(blocksMax, length);
  return { a: blocked(a, length, blocks), b: blocked(b, length, blocks), paired: true };
}

function blocked(posts: readonly Post[], length: number, blocks: number): Post[] {
  const sums = Array.from({ length: blocks }, () => ({ impressions: 0, clicks: 0 }));
  for (const [index, { impressions, clicks }] of posts.slice(0, length).entries()) {
    const block = sums[Math.floor((index * blocks) / length)];
    if (!block) continue;
    block.impressions += impressions;
    block.clicks += clicks;
  }
  return sums;
}

function rateOf(posts: readonly Post[]): number {
  const m = posts.reduce((sum, { impressions }) => sum + impressions, 0);
  return m === 0 ? 0 : posts.reduce((sum, { clicks }) => sum + clicks, 0) / m;
}
