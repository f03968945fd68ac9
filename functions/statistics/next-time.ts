/** What to do next time, as a code: one for every verdict. */

import type { DecideReason } from './decide.ts';

export type NextTime =
  | 'use_the_winner'
  | 'wait_for_the_answer'
  | 'send_to_more_or_compare_bolder_calls'
  | 'compare_bolder_calls'
  | 'improve_the_click_filter'
  | 'find_why_the_split_moved'
  | 'draw_more_posts'
  | 'let_chance_decide'
  | 'show_at_least_two_calls'
  | 'record_exposures';

const table: Record<DecideReason, NextTime> = {
  live: 'use_the_winner',
  final: 'use_the_winner',
  immature: 'wait_for_the_answer',
  insufficient_evidence: 'send_to_more_or_compare_bolder_calls',
  too_few_conversions: 'send_to_more_or_compare_bolder_calls',
  tie: 'compare_bolder_calls',
  sensitive_to_bot_filter: 'improve_the_click_filter',
  srm: 'find_why_the_split_moved',
  too_few_posts: 'draw_more_posts',
  not_randomized: 'let_chance_decide',
  too_few_arms: 'show_at_least_two_calls',
  missing_exposure: 'record_exposures',
};

/** The advice for a reason; before the final read, undecided means waiting. Cost: O(1). */
export function nextTime(reason: DecideReason, finalRead: boolean): NextTime {
  const open = reason === 'insufficient_evidence' || reason === 'too_few_conversions';
  return open && !finalRead ? 'wait_for_the_answer' : table[reason];
}
