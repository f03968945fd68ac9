/** What a public post counts, and the gate for it (S16). */

import { checkCount } from './arm.ts';
import { StatisticsRefusal } from './refusal.ts';

/** One post; `impressions` is 1 where the network gives none, and clicks are then per post. */
export type Post = { impressions: number; clicks: number };

/** Refuses bad counts, and clicks on a post that nobody saw. */
export function checkPosts(posts: readonly Post[], what: string): void {
  for (const [index, post] of posts.entries()) {
    checkCount(post?.impressions, `impressions of ${what}'s post ${index}`);
    checkCount(post?.clicks, `clicks of ${what}'s post ${index}`);
    if (post.impressions === 0 && post.clicks > 0) {
      throw new StatisticsRefusal(
        'invalid_posts',
        `${what}'s post ${index} has ${post.clicks} clicks on 0 impressions`,
      );
    }
  }
}
