// Why a message of the feedback queue was set aside: the queue keeps the message, this the reason.

import * as z from 'zod/mini';
import { InstantSchema } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';

/** Nothing of the message itself: it may name a person. */
export const DeadLetterReason = z.strictObject({
  /** The queue's own id of the message. */
  message: z.string().check(z.minLength(1), z.maxLength(128)),
  /** What `record` said when it gave the message back for the last time. */
  reason: z.string().check(z.maxLength(200)),
  /** How often it had been received by then. */
  receives: z.int(),
  at: InstantSchema,
});
export type DeadLetterReason = z.output<typeof DeadLetterReason>;

/** As long as the dead-letter queue keeps a message, and a day. */
const KEPT_SECONDS = 15 * 86_400;

/** A later reason takes the place of an earlier one. */
export async function noteDeadLetter(table: Table, reason: DeadLetterReason): Promise<void> {
  const item: Item = {
    ...toItem(DeadLetterReason, keys.deadLetter(reason.message), reason),
    expires: Math.ceil(reason.at / 1_000) + KEPT_SECONDS,
  };
  await table.put(item);
}

export async function findDeadLetterReason(
  table: Table,
  message: string,
): Promise<DeadLetterReason | undefined> {
  const item = await table.get(keys.deadLetter(message), { consistent: true });
  return item && fromItem(DeadLetterReason, item, ['expires']);
}
