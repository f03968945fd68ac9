// What each wave of a leg has answered so far, from the burst's tally.

import { countOf, type Tally, waveRow } from './tally.ts';

interface Input {
  readonly leg: string;
  /** In the order in which the counts are wanted. */
  readonly calls: readonly string[];
  readonly metric: 'conversion' | 'click';
  /** So many waves, from the first. */
  readonly waves: number;
}

/** Per wave and call: who is known to have had it, and who of them answered; judged human. */
export function waveHistory(tally: Tally, { leg, calls, metric, waves }: Input) {
  const counter = metric === 'click' ? 'uniqueHuman' : 'converting';
  return Array.from({ length: waves }, (_, wave) =>
    calls.map((call) => {
      const row = waveRow(`${leg}/${call}`, wave);
      const s = countOf(tally, row, counter);
      // Whoever answered was exposed, whatever else is known.
      return { n: Math.max(countOf(tally, row, 'exposed'), s), s };
    }),
  );
}
