/** Two calls on public posts, described with the post as the unit (S16). */

import { checkPosts, type Post } from './post.ts';
import { student } from './student.ts';

export type ClusterRate = {
  /** clicks over impressions; null without impressions */
  rate: number | null;
  /** null below two posts */
  se: number | null;
  /** how many times more than chance the posts vary; null where chance has no scale */
  phi: number | null;
  posts: number;
};
export type ClusterCompare = {
  a: ClusterRate;
  b: ClusterRate;
  /** ln of b's rate over a's; for description, the test is permutationTest */
  logRatio: number | null;
  se: number | null;
  df: number | null;
  t: number | null;
  p: number | null;
};

/**
 * R = sum y/sum m; se = sqrt(G/(G - 1) sum (y - R m)^2)/sum m;
 * phi = sum (y - R m)^2/(m R (1 - R))/(G - 1); log ratio with Welch's df. What cannot be computed
 * (one post, no clicks, posts that do not vary) is null.
 * Refuses: invalid_count, invalid_posts.
 * Source: Cochran, Sampling Techniques, ratio estimator; S16. Cost: O(posts).
 */
export function clusterCompare({
  a,
  b,
}: {
  a: readonly Post[];
  b: readonly Post[];
}): ClusterCompare {
  checkPosts(a, 'call a');
  checkPosts(b, 'call b');
  const own = { a: rateOf(a), b: rateOf(b) };
  const none = { logRatio: null, se: null, df: null, t: null, p: null };
  if (!own.a.rate || !own.b.rate) return { ...own, ...none };
  const logRatio = Math.log(own.b.rate / own.a.rate);
  if (own.a.se === null || own.b.se === null) return { ...own, ...none, logRatio };
  const varianceA = (own.a.se / own.a.rate) ** 2;
  const varianceB = (own.b.se / own.b.rate) ** 2;
  const variance = varianceA + varianceB;
  if (variance === 0) return { ...own, ...none, logRatio, se: 0 };
  const df =
    1 /
    ((varianceA / variance) ** 2 / (a.length - 1) + (varianceB / variance) ** 2 / (b.length - 1));
  const se = Math.sqrt(variance);
  const t = logRatio / se;
  return { ...own, logRatio, se, df, t, p: student(df).twoSided(t) };
}

function rateOf(posts: readonly Post[]): ClusterRate {
  const m = posts.reduce((sum, { impressions }) => sum + impressions, 0);
  const y = posts.reduce((sum, { clicks }) => sum + clicks, 0);
  const seen = posts.length;
  if (m === 0) return { rate: null, se: null, phi: null, posts: seen };
  const rate = y / m;
  if (seen < 2) return { rate, se: null, phi: null, posts: seen };
  let squares = 0;
  let scaled = 0;
  for (const { impressions, clicks } of posts) {
    const miss = (clicks - rate * impressions) ** 2;
    squares += miss;
    if (impressions > 0) scaled += miss / impressions;
  }
  const chance = rate * (1 - rate);
  return {
    rate,
    se: Math.sqrt((seen / (seen - 1)) * squares) / m,
    phi: chance > 0 ? scaled / chance / (seen - 1) : null,
    posts: seen,
  };
}
