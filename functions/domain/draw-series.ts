// Which call each post of a series carries: drawn before the first one, the same whoever draws.

import { shuffled } from './draw.ts';

interface Series {
  /** `burst/leg`: nobody chooses it for its draw. */
  readonly seed: string;
  readonly calls: readonly string[];
  /** A multiple of the number of calls. */
  readonly slots: number;
  /** Slots 2n and 2n + 1 hold one of each of two calls. */
  readonly paired: boolean;
}

/** One call a slot, every call equally often (statistics S16). Pure. */
export function drawSeries({ seed, calls, slots, paired }: Series): string[] {
  const rounds = Array.from({ length: slots / calls.length }, (_, round) => round);
  if (!paired)
    return shuffled(
      `${seed}/series`,
      rounds.flatMap(() => calls),
    );
  return rounds.flatMap((round) => shuffled(`${seed}/pair ${round}`, calls));
}
