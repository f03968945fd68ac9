// How a verdict looks: its word on a chip and its colour. Colour never says anything alone.

import type { Verdict } from '#feedback/report-of.ts';

export type Tone = 'won' | 'wait' | 'bad' | 'plain';

type Shown = Pick<Verdict, 'status' | 'supported'>;

export function toneOf({ status, supported }: Shown): Tone {
  if (status === 'winner') return supported ? 'won' : 'bad';
  if (status === 'leading') return 'wait';
  return status === 'invalid' || status === 'refused' ? 'bad' : 'plain';
}

const WORDS: { readonly [status in Verdict['status']]: string } = {
  winner: 'winner',
  leading: 'ahead so far',
  no_clear_winner: 'no clear winner',
  not_comparable: 'not comparable',
  invalid: 'no answer',
  refused: 'no answer',
};

export function wordOf({ status, supported }: Shown): string {
  return status === 'winner' && !supported ? 'no longer supported' : WORDS[status];
}
