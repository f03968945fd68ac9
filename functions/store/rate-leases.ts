// One rate lease per SES account and Region: who may use how much of the quota.

import * as z from 'zod/mini';
import { InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

export const RateLease = z.strictObject({
  /** Account and Region: `123456789012#eu-west-1`. */
  account: z.string().check(z.minLength(1), z.maxLength(256)),
  revision: z.int(),
  nonce: Mark,
  /** The stated quota, recipients a second. */
  perSecond: z.number(),
  leases: z.array(
    z.strictObject({
      holder: Mark,
      /** The epoch under which the holder's burst is held: a later one takes the share over. */
      epoch: z.int(),
      /** What it could make use of, and what it has, recipients a second. */
      wanted: z.number(),
      perSecond: z.number(),
      until: InstantSchema,
    }),
  ),
});
export type RateLease = z.output<typeof RateLease>;

/** Read strongly. */
export async function loadRateLease(table: Table, account: string): Promise<RateLease | undefined> {
  const item = await table.get(keys.rateLease(account), { consistent: true });
  return item && decode(item);
}

export function saveRateLease(
  table: Table,
  previous: RateLease | undefined,
  next: RateLease,
  nonce: string,
): Promise<Saved<RateLease>> {
  const key = keys.rateLease(next.account);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(lease: RateLease): Item {
  return toItem(RateLease, keys.rateLease(lease.account), lease);
}

function decode(item: Item): RateLease {
  return fromItem(RateLease, item);
}
