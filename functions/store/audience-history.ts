// Whether an audience was ever mailed: a small item, written when a leg's sending has proven itself.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

export const AudienceHistory = z.strictObject({
  audience: Id,
  revision: z.int(),
  nonce: Mark,
  firstSentAt: InstantSchema,
  lastSentAt: InstantSchema,
  /** Accepted in the latest burst, so that a repeated write counts nobody twice. */
  sent: z.int(),
});
export type AudienceHistory = z.output<typeof AudienceHistory>;

/** Read strongly. */
export async function loadAudienceHistory(
  table: Table,
  audience: string,
): Promise<AudienceHistory | undefined> {
  const item = await table.get(keys.audienceHistory(audience), { consistent: true });
  return item && decode(item);
}

export function saveAudienceHistory(
  table: Table,
  previous: AudienceHistory | undefined,
  next: AudienceHistory,
  nonce: string,
): Promise<Saved<AudienceHistory>> {
  const key = keys.audienceHistory(next.audience);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(history: AudienceHistory): Item {
  return toItem(AudienceHistory, keys.audienceHistory(history.audience), history);
}

function decode(item: Item): AudienceHistory {
  return fromItem(AudienceHistory, item);
}
