/** May a winner be declared among calls drawn over public posts (S16, S21). */

import type { Decision, RivalEvidence } from './decide.ts';
import { decidePosts } from './decide-posts.ts';
import type { Post } from './post.ts';

export type SeriesCall = { id: string; posts: readonly Post[] };
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
 * Refuses: as permutationTest. Cost: one permutation test a rival.
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
      result: decidePosts({ a: posts, b: best?.posts ?? [], paired, alpha }),
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

function rateOf(posts: readonly Post[]): number {
  const m = posts.reduce((sum, { impressions }) => sum + impressions, 0);
  return m === 0 ? 0 : posts.reduce((sum, { clicks }) => sum + clicks, 0) / m;
}
