// Gives what was set aside another try. Facts are kept by recipient, so what was counted before
// is not counted again, and nothing on this path sends.

import * as z from 'zod/mini';
import type { DeadLetter } from '#domain/ports.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

/** What is being replayed is hidden from others meanwhile. */
const HIDDEN_SECONDS = 60;
/** The API answers before its own time is over; asking again goes on. */
const WORK_MS = 20_000;

export const RedriveInput = z.strictObject({
  /** Only these; all of them where none is named. */
  ids: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(128))).check(z.maxLength(1_000)),
  ),
  limit: z.optional(z.int().check(z.gte(1), z.lte(10_000))),
});

export interface Redriven {
  /** So many are in the feedback queue again. */
  readonly replayed: number;
  /** Named ones that were not found: replayed before, too old, or somebody else looks at them. */
  readonly missing: readonly string[];
  /** Nothing is left to be looked at; otherwise ask again. */
  readonly isWhole: boolean;
}

/**
 * First into the queue, then out of the dead letters: whoever dies in between leaves a message that
 * is recorded twice and counted once. What still cannot be read comes back here with its reason.
 */
export async function redrive(
  context: CommandContext,
  input: z.output<typeof RedriveInput>,
): Promise<Redriven> {
  requireScope(context, 'operator');
  const { ids, limit = 10_000 } = parseInput(RedriveInput, input);
  const { deadLetters, clock } = context;
  const wanted = ids && new Set(ids);
  const until = clock.now() + WORK_MS;
  const held = new Map<string, DeadLetter>();
  const seen = new Set<string>();
  let replayed = 0;
  let isWhole = false;
  try {
    while (!isWhole && replayed < limit && clock.now() < until && wanted?.size !== 0) {
      const page = await deadLetters.receive(HIDDEN_SECONDS);
      isWhole = page.every(({ id }) => seen.has(id));
      for (const letter of page) {
        held.set(letter.receipt, letter);
        seen.add(letter.id);
      }
      const chosen = page.filter(({ id }) => wanted?.has(id) ?? true).slice(0, limit - replayed);
      for (const { id } of chosen) wanted?.delete(id);
      replayed += await replay(context, chosen, held);
    }
  } finally {
    await deadLetters.giveBack([...held.keys()]).catch(() => undefined);
  }
  if (replayed > 0) await auditDeployment(context, 'redrive', { replayed });
  return { replayed, missing: [...(wanted ?? [])], isWhole: isWhole || wanted?.size === 0 };
}

/** Into the queue, then out of the dead letters; what is done is no longer held. */
async function replay(
  { deadLetters }: CommandContext,
  letters: readonly DeadLetter[],
  held: Map<string, DeadLetter>,
): Promise<number> {
  for (const letter of letters) {
    await deadLetters.replay(letter.body);
    await deadLetters.remove(letter.receipt);
    held.delete(letter.receipt);
  }
  return letters.length;
}
