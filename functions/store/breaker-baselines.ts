// What had bounced when a person resumed a burst: the breaker counts anew from there.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

export const BreakerBaseline = z.strictObject({
  burst: Id,
  revision: z.int(),
  nonce: Mark,
  /** The resume it belongs to; a later one has another. */
  resumedAt: InstantSchema,
  delivered: z.int(),
  bounced: z.int(),
  complained: z.int(),
});
export type BreakerBaseline = z.output<typeof BreakerBaseline>;

/** Read strongly. */
export async function loadBreakerBaseline(
  table: Table,
  burst: string,
): Promise<BreakerBaseline | undefined> {
  const item = await table.get(keys.breaker(burst), { consistent: true });
  return item && decode(item);
}

export function saveBreakerBaseline(
  table: Table,
  previous: BreakerBaseline | undefined,
  next: BreakerBaseline,
  nonce: string,
): Promise<Saved<BreakerBaseline>> {
  const key = keys.breaker(next.burst);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(baseline: BreakerBaseline): Item {
  return toItem(BreakerBaseline, keys.breaker(baseline.burst), baseline);
}

function decode(item: Item): BreakerBaseline {
  return fromItem(BreakerBaseline, item);
}
