// A stop that comes before anything has left: the burst is cancelled instead, if that is wanted.

import type { ShownBurst } from '#commands/show-burst.ts';
import { stateOf } from '#domain/state-words.ts';
import { CommandFailure } from './command.ts';
import { confirm } from './screen.ts';

/** Would leave by itself, or at somebody's word. */
const BEFORE: ReadonlySet<string> = new Set(['scheduled', 'standby', 'armed']);
const TRIES_MAX = 4;

export interface StopOrCancel<T> {
  readonly stop: () => Promise<T>;
  readonly cancel: () => Promise<T>;
  readonly show: () => Promise<ShownBurst>;
  /** Whoever said yes beforehand is not asked: seconds before the moment there is no time for it. */
  readonly isSaid: boolean;
}

/**
 * The API takes each of the two only in the states it is meant for, so the burst itself decides
 * which it is: one that began to go out while somebody was asked is stopped, as they typed.
 * Throws CommandFailure of the API, or with exit code 4 where the answer is no or nobody is there.
 */
export async function stopOrCancel<T>(given: StopOrCancel<T>): Promise<T> {
  const { stop, cancel, show } = given;
  let { isSaid } = given;
  for (let tries = 1; ; tries += 1) {
    const stopped = await inItsState(stop);
    if (stopped.done) return stopped.answer;
    const shown = await show();
    const isGoing = shown.state === 'releasing';
    if (tries === TRIES_MAX || !(isGoing || BEFORE.has(shown.state))) throw stopped.refused;
    if (isGoing) continue;
    await confirm(questionOf(shown), isSaid);
    isSaid = true;
    const cancelled = await inItsState(cancel);
    if (cancelled.done) return cancelled.answer;
  }
}

type Tried<T> =
  | { readonly done: true; readonly answer: T }
  | { readonly done: false; readonly refused: CommandFailure };

async function inItsState<T>(order: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { done: true, answer: await order() };
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.code !== 'wrong_state') throw error;
    return { done: false, refused: error };
  }
}

function questionOf({ burst, state, moment }: ShownBurst): string {
  const at = moment === undefined ? '' : ` for ${moment.text}`;
  return `${burst} is ${stateOf(state)}${at}: nothing of it has left yet. Cancel it for good?`;
}
