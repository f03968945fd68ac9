// One channel's part of a burst: what was prepared, when it was called, what became of it.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark, Name } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, fromJson, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave, type Saved } from './save.ts';

/** The complete frozen request of a channel (`Prepared` of the channels' contract). */
const PreparedRequest = z.strictObject({
  channel: z.string(),
  identityClass: z.enum(['A', 'B', 'C', 'D', 'E']),
  repeatable: z.boolean(),
  preparedAt: InstantSchema,
  freshUntil: InstantSchema,
  identity: z.string(),
  link: z.string(),
  request: z.record(z.string(), z.unknown()),
});

export const LegItem = z.strictObject({
  burst: Id,
  leg: Name,
  revision: z.int(),
  nonce: Mark,
  /** The content it was prepared from. */
  contentHash: z.optional(z.string()),
  prepared: z.optional(PreparedRequest),
  claimedAt: z.optional(InstantSchema),
  callStartedAt: z.optional(InstantSchema),
  answeredAt: z.optional(InstantSchema),
  published: z.optional(
    z.strictObject({
      postId: z.string(),
      url: z.optional(z.string()),
      remoteAt: z.optional(InstantSchema),
    }),
  ),
  /** When the post was taken back, or was found to be gone already. */
  retractedAt: z.optional(InstantSchema),
  /** Start of the call minus its moment, in milliseconds. */
  latenessMs: z.optional(z.number()),
  reason: z.optional(z.string()),
  /** How often it was read back while in doubt. */
  resolves: z.optional(z.int()),
});
export type LegItem = z.output<typeof LegItem>;

/** Read strongly. */
export async function loadLeg(
  table: Table,
  burst: string,
  leg: string,
): Promise<LegItem | undefined> {
  const item = await table.get(keys.leg(burst, leg), { consistent: true });
  return item && decode(item);
}

/** Every leg of a burst that has an item, by name; read strongly. */
export async function listLegs(table: Table, burst: string): Promise<LegItem[]> {
  const items = await queryAll(table, { ...stretches.legs(burst), consistent: true });
  return items.map(decode);
}

export function saveLeg(
  table: Table,
  previous: LegItem | undefined,
  next: LegItem,
  nonce: string,
): Promise<Saved<LegItem>> {
  const key = keys.leg(next.burst, next.leg);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(leg: LegItem): Item {
  const item = toItem(LegItem, keys.leg(leg.burst, leg.leg), leg);
  // As text: the table then keeps the request to the byte, whatever a channel puts into it.
  return leg.prepared ? { ...item, prepared: JSON.stringify(leg.prepared) } : item;
}

function decode(item: Item): LegItem {
  const prepared = fromJson(item, 'prepared');
  return fromItem(LegItem, prepared === undefined ? item : ({ ...item, prepared } as Item));
}
