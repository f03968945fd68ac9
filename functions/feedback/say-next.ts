// What to do about a verdict: one line, in words that fit the channel.

import type { ChannelReport } from '#statistics/channel-report.ts';
import type { NextTime } from '#statistics/next-time.ts';
import type { SayVerdict } from './say-verdict.ts';
import { isOver, postsToCome } from './what-is-compared.ts';

/** One line about what to do next, or next time. */
export function sayNext(input: SayVerdict): string {
  const { verdict, report, group } = input;
  if (!report || verdict.status === 'refused') return NEXT.repair;
  if (group.asksNothing)
    return 'Next: what was asked, and what came of it, the burst it follows says.';
  const code = nextOf(input, report);
  return NEXT_BY_DESIGN[group.design]?.[code] ?? NEXT[code];
}

function nextOf(input: SayVerdict, report: ChannelReport): Next {
  const { group, verdict } = input;
  if (verdict.status === 'winner' && !verdict.supported) return 'compare_bolder_calls';
  if (verdict.status === 'winner') return 'use_the_winner';
  if (verdict.reason === 'not_randomized' && group.shares.length < 2) return 'post_more_calls';
  if (verdict.reason === 'too_few_posts' && postsToCome(input) > 0) {
    return 'wait_for_the_answer';
  }
  if (verdict.reason === 'too_few_arms' && group.shares.length > 1) {
    return isOver(input) ? 'find_why_the_split_moved' : 'wait_for_the_answer';
  }
  return report.nextTime;
}

type Next = NextTime | 'repair' | 'post_more_calls';

/** Where the advice for email would not fit. */
const NEXT_BY_DESIGN: {
  readonly [design: string]: { readonly [next in Next]?: string } | undefined;
} = {
  after_the_click: {
    record_exposures: 'Next time: name a goal in the campaign file, and let it decide.',
    send_to_more_or_compare_bolder_calls:
      'Next time: bring more visitors to the link, or compare pages that differ more.',
    compare_bolder_calls: 'Next time: compare pages that differ more.',
    find_why_the_split_moved:
      'Next time: first find out why one page got fewer visitors (robots, a page that fails to load).',
    use_the_winner: 'Next time: lead to it, and test something bolder against it.',
  },
  series: {
    send_to_more_or_compare_bolder_calls:
      'Next time: draw more posts, or compare calls that differ more.',
    wait_for_the_answer:
      'Next: wait. Every post is read after the same time; looking early changes nothing.',
  },
};

const NEXT: Readonly<Record<Next, string>> = {
  use_the_winner: 'Next time: lead with it, and test something bolder against it.',
  wait_for_the_answer: 'Next: wait. The answer comes by itself; looking early changes nothing.',
  send_to_more_or_compare_bolder_calls:
    'Next time: send to more people, or compare calls that differ more.',
  compare_bolder_calls: 'Next time: compare calls that differ more.',
  improve_the_click_filter:
    'Next time: judge by a goal behind the click, which robots do not reach.',
  find_why_the_split_moved:
    'Next time: first find out why one call reached fewer people (bounces, blocking, suppression).',
  draw_more_posts:
    'Next time: draw more posts. Four for each call, or six pairs, is the least that can prove anything.',
  let_chance_decide:
    'Next time: draw the calls over several posts (series), or send visitors of one post to different pages (after the click).',
  show_at_least_two_calls: 'Next time: split two or more calls on this channel to learn something.',
  record_exposures: 'Next: check that delivery events arrive.',
  repair: 'Next: compare the ledger with the events (volley audit), then look again.',
  post_more_calls:
    'Next time: draw two or more calls over several posts (series), or send visitors of one post to different pages (after the click).',
};
