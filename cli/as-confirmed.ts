// An order that a person confirmed is carried out on the burst they were shown, not on another one.

import type { ShownBurst } from '#commands/show-burst.ts';
import { stateOf } from '#domain/state-words.ts';
import { CommandFailure, exitCodes } from './command.ts';
import { confirm } from './screen.ts';

export interface ConfirmedOrder<T> {
  readonly show: () => Promise<ShownBurst>;
  /** Names the numbers. */
  readonly question: (shown: ShownBurst) => string;
  readonly carryOut: (headers: { readonly [name: string]: string }) => Promise<T>;
}

/** A burst that is being made ready changes every few seconds, and none of it was asked about. */
const TRIES_MAX = 8;

/**
 * Sends the version that was shown as `If-Match`. When the burst has changed meanwhile, the question
 * decides: the same again needs no second yes, other numbers are asked about once more, another
 * state or other content is left alone. Throws CommandFailure `precondition_failed`.
 */
export async function asConfirmed<T>(order: ConfirmedOrder<T>): Promise<T> {
  let shown = await order.show();
  let question = order.question(shown);
  await confirm(question, false);
  for (let tries = 1; ; tries += 1) {
    try {
      return await order.carryOut({ 'if-match': `"${shown.version}"` });
    } catch (error) {
      const isChanged = error instanceof CommandFailure && error.code === 'precondition_failed';
      if (!isChanged || tries === TRIES_MAX) throw error;
    }
    const now = await order.show();
    requireSame(shown, now);
    const again = order.question(now);
    if (again !== question) await confirm(`it has changed since you were asked: ${again}`, false);
    [shown, question] = [now, again];
  }
}

function requireSame(shown: ShownBurst, now: ShownBurst): void {
  const { burst } = now;
  const what =
    now.state !== shown.state
      ? `${burst} was ${stateOf(shown.state)} when you were asked and is ${stateOf(now.state)} now`
      : `${burst} was edited after you were asked`;
  if (now.state === shown.state && now.contentHash === shown.contentHash) return;
  throw new CommandFailure(
    `${what}: nothing was done\n  volley status ${burst} shows it as it is`,
    exitCodes.refused,
    'precondition_failed',
  );
}
