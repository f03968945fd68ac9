// Contacts, by audience: people we may know by address, and what they allowed.

import * as z from 'zod/mini';
import { Id, InstantSchema, Name } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys, SHARDS, shardOf } from './keys.ts';
import { pagesOf } from './query-all.ts';
import { putSame } from './save.ts';

/** A recorded permission for one channel, with time and source. */
const Consent = z.strictObject({
  at: InstantSchema,
  source: z.string(),
  withdrawnAt: z.optional(InstantSchema),
});

export const Contact = z.strictObject({
  audience: Id,
  /** Unique within the audience: the same person imported again is the same contact. */
  id: z.string().check(z.minLength(1), z.maxLength(256)),
  /** The normalised address. */
  address: z.string(),
  fields: z.record(z.string(), z.string()),
  /** IANA. */
  zone: z.optional(z.string()),
  /** By channel: `email`. */
  consent: z.optional(z.record(Name, Consent)),
});
export type Contact = z.output<typeof Contact>;

/** Writes the contact as it is; repeating it changes nothing. */
export async function saveContact(table: Table, contact: Contact): Promise<void> {
  const key = keys.contact(contact.audience, shardOf(contact.id), contact.id);
  await putSame(table, toItem(Contact, key, contact));
}

/** All contacts of an audience, page by page, always in the same order; read strongly. */
export async function* listContacts(table: Table, audience: string): AsyncGenerator<Contact[]> {
  for await (const items of contactPages(table, audience)) {
    yield items.map((item) => fromItem(Contact, item));
  }
}

/** Reads what it counts: one read unit for about thirty contacts. */
export async function countContacts(table: Table, audience: string): Promise<number> {
  let count = 0;
  for await (const items of contactPages(table, audience)) count += items.length;
  return count;
}

async function* contactPages(table: Table, audience: string): AsyncGenerator<readonly Item[]> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    yield* pagesOf(table, { pk: keys.contacts(audience, shard), consistent: true });
  }
}
