// A failure as something to read: the smallest world found that still fails, and how to see it again.

import { optionsOf } from './reduction.ts';
import { shrink } from './shrink.ts';
import type { Subject } from './world.ts';

/** The timeline, what it breaks and the command that replays it. */
export async function tellStory(
  seed: number,
  invariant: string,
  subject?: Subject,
): Promise<string> {
  const shrunk = await shrink(seed, invariant, subject);
  if (!shrunk) return `seed ${seed} broke ${invariant} once and not again`;
  const { reduction, history, worlds } = shrunk;
  const { recipients, steps, struck, doings } = history;
  const size = `${recipients} people, ${doings.length} orders, ${struck.length} strikes, ${steps} steps`;
  return [
    `-- the smallest world of ${worlds} tried in which ${invariant} breaks: ${size} --`,
    ...history.lines,
    `  npm run sim -- --seed ${seed} --trace ${optionsOf(reduction)}`.trimEnd(),
  ].join('\n');
}
