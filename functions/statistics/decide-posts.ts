/** May a winner be declared between two calls on public posts (S16, S21). */

import { checkOpenUnit } from './check-between.ts';
import { assignmentCount, type PermutationInput, permutationTest } from './permutation-test.ts';

export type DecidePostsInput = PermutationInput & { alpha?: number };
export type PostsDecision = {
  status: 'winner' | 'no_clear_winner' | 'not_comparable';
  reason: 'final' | 'tie' | 'insufficient_evidence' | 'too_few_posts';
  winner: 'a' | 'b' | null;
  /** null when there were too few posts to test */
  p: number | null;
  assignments: number;
};

/**
 * A winner when the exact permutation p is at most alpha. Too few posts when even the most extreme
 * assignment could not reach it: 2/assignments > alpha (so 4 and 4 unpaired, 6 pairs at 0.04).
 * Refuses: invalid_count, invalid_posts, too_many_posts, invalid_alpha.
 * Source: S16 and S21 of the specification. Cost: one permutationTest.
 */
export function decidePosts({
  a,
  b,
  paired = false,
  alpha = 0.04,
}: DecidePostsInput): PostsDecision {
  checkOpenUnit(alpha, 'invalid_alpha', 'alpha');
  const none = a.length === 0 || b.length === 0;
  const possible = none ? 0 : assignmentCount({ a: a.length, b: b.length, paired });
  if (none || 2 / possible > alpha) {
    return {
      status: 'not_comparable',
      reason: 'too_few_posts',
      winner: null,
      p: null,
      assignments: possible,
    };
  }
  const { observed, p, assignments } = permutationTest({ a, b, paired });
  if (p <= alpha) {
    return { status: 'winner', reason: 'final', winner: observed > 0 ? 'b' : 'a', p, assignments };
  }
  const reason = observed === 0 ? 'tie' : 'insufficient_evidence';
  return { status: 'no_clear_winner', reason, winner: null, p, assignments };
}
