/** The exact test of two calls on public posts: every assignment that could have been drawn (S16). */

import { checkPosts, type Post } from './post.ts';
import { StatisticsRefusal } from './refusal.ts';

export type PermutationInput = {
  a: readonly Post[];
  b: readonly Post[];
  /** slots were drawn in pairs: only swaps within a pair were possible */
  paired?: boolean;
};
export type Permutation = {
  /** rate of b minus rate of a */
  observed: number;
  /** share of the assignments with a difference at least as large, either way */
  p: number;
  assignments: number;
};

/** More than this would take seconds; 11 and 12 posts unpaired, 21 pairs. */
export const assignmentsMax = 2_200_000;

/**
 * Exact permutation p of the drawn assignment: the calls change places between posts, clicks and
 * impressions stay. Differences are compared as fractions of whole numbers, so ties are ties.
 * A side without impressions has rate 0.
 * Refuses: invalid_count, invalid_posts (unequal pairs, no post), too_many_posts.
 * Source: Fisher 1935; S16. Cost: O(assignments), 0.1 s at the limit.
 */
export function permutationTest({ a, b, paired = false }: PermutationInput): Permutation {
  checkPosts(a, 'call a');
  checkPosts(b, 'call b');
  const assignments = assignmentCount({ a: a.length, b: b.length, paired });
  if (assignments > assignmentsMax) {
    throw new StatisticsRefusal(
      'too_many_posts',
      `${a.length} and ${b.length} posts have ${assignments} assignments, at most ${assignmentsMax}`,
    );
  }
  const actual = differenceOf(total(a), total(b));
  const counter = { extreme: 0, reaches: reaches(actual) };
  if (paired) swapPairs(counter, a, b);
  else deal(counter, [...a, ...b], a.length);
  return { observed: actual.value, p: counter.extreme / assignments, assignments };
}

/**
 * Number of assignments that could have been drawn: 2^pairs, or posts choose a's posts.
 * Infinity-safe; refuses unequal pairs and a call without posts (invalid_posts).
 */
export function assignmentCount(posts: { a: number; b: number; paired: boolean }): number {
  const { a, b, paired } = posts;
  if (a === 0 || b === 0 || (paired && a !== b)) {
    throw new StatisticsRefusal(
      'invalid_posts',
      `calls hold ${a} and ${b} posts, needed are at least 1 each${paired ? ' and equal numbers' : ''}`,
    );
  }
  if (paired) return 2 ** a;
  let count = 1;
  for (let k = 1; k <= Math.min(a, b); k += 1) count = (count * (a + b - k + 1)) / k;
  return Math.round(count);
}

type Sums = { m: number; y: number };
type Difference = { value: number; top: [number, number]; bottom: [number, number] };
type Counter = { extreme: number; reaches: (a: Sums, b: Sums) => boolean };

function total(posts: readonly Post[]): Sums {
  let m = 0;
  let y = 0;
  for (const { impressions, clicks } of posts) {
    m += impressions;
    y += clicks;
  }
  return { m, y };
}

function differenceOf(a: Sums, b: Sums): Difference {
  const ma = a.m || 1;
  const mb = b.m || 1;
  return { value: b.y / mb - a.y / ma, top: [a.y, b.y], bottom: [ma, mb] };
}

/** Is |difference| at least the observed one? In doubles where clear, in whole numbers else. */
function reaches(actual: Difference): Counter['reaches'] {
  const limit = Math.abs(actual.value);
  const exactLimit = crossed(actual);
  return (a, b) => {
    const ma = a.m || 1;
    const mb = b.m || 1;
    const rateA = a.y / ma;
    const rateB = b.y / mb;
    const size = Math.abs(rateB - rateA);
    const doubt = 1e-14 * (rateA + rateB + limit);
    if (size > limit + doubt) return true;
    if (size < limit - doubt) return false;
    const { top, bottom } = crossed({ value: 0, top: [a.y, b.y], bottom: [ma, mb] });
    return top * exactLimit.bottom >= exactLimit.top * bottom;
  };
}

function crossed({ top: [ya, yb], bottom: [ma, mb] }: Difference) {
  const signed = BigInt(yb) * BigInt(ma) - BigInt(ya) * BigInt(mb);
  return { top: signed < 0n ? -signed : signed, bottom: BigInt(ma) * BigInt(mb) };
}

function swapPairs(counter: Counter, a: readonly Post[], b: readonly Post[]): void {
  const visit = (index: number, left: Sums, right: Sums): void => {
    const first = a[index];
    const second = b[index];
    if (!first || !second) {
      if (counter.reaches(left, right)) counter.extreme += 1;
      return;
    }
    visit(index + 1, plus(left, first), plus(right, second));
    visit(index + 1, plus(left, second), plus(right, first));
  };
  visit(0, { m: 0, y: 0 }, { m: 0, y: 0 });
}

function deal(counter: Counter, posts: readonly Post[], toA: number): void {
  const visit = (index: number, open: number, left: Sums, right: Sums): void => {
    const post = posts[index];
    if (!post) {
      if (counter.reaches(left, right)) counter.extreme += 1;
      return;
    }
    if (open > 0) visit(index + 1, open - 1, plus(left, post), right);
    if (posts.length - index > open) visit(index + 1, open, left, plus(right, post));
  };
  visit(0, toA, { m: 0, y: 0 }, { m: 0, y: 0 });
}

function plus({ m, y }: Sums, { impressions, clicks }: Post): Sums {
  return { m: m + impressions, y: y + clicks };
}
