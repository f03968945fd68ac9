// What a window's exceptions became: written only where some entry was not plainly accepted.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark, Name } from './ids.ts';

export const EntryState = z.enum([
  'accepted', // proven later, by an event or a late answer
  'refused',
  'in_doubt',
  'unproven', // still in doubt after the grace time
  'held_back', // suppressed, withdrawn, erased or converted before its call
  'not_called', // claimed, then stopped, timed out or kept for later before its call
]);
export type EntryState = z.output<typeof EntryState>;

export const EntryOutcome = z.strictObject({
  ordinal: z.int(),
  state: EntryState,
  reason: z.optional(z.string()),
  /** Of `not_called` only: to be called from this instant on, when quiet hours are over. */
  releaseAt: z.optional(InstantSchema),
});
export type EntryOutcome = z.output<typeof EntryOutcome>;

export const WindowRecord = z.strictObject({
  burst: Id,
  lane: z.int(),
  leg: Name,
  from: z.int(),
  to: z.int(),
  epoch: z.int(),
  attempt: z.int(),
  revision: z.int(),
  nonce: Mark,
  /** When its window closed, or some of it were called again: the grace time runs from here. */
  recordedAt: InstantSchema,
  /** Ascending by ordinal; ordinals of [from, to) that are not listed were accepted. */
  outcomes: z.array(EntryOutcome),
});
export type WindowRecord = z.output<typeof WindowRecord>;

/** True when these outcomes are the record's own: writing them would say nothing new. */
export function isUnchanged(record: WindowRecord, outcomes: readonly EntryOutcome[]): boolean {
  return outcomes.every((one, index) => one === record.outcomes[index]);
}

export function countState(records: readonly WindowRecord[], state: EntryState): number {
  let count = 0;
  for (const record of records) {
    for (const outcome of record.outcomes) if (outcome.state === state) count += 1;
  }
  return count;
}
