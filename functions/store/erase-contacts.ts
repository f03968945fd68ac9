// Takes a person out of an audience, under whatever id she stands there.

import { normaliseAddress } from '#domain/normalise-address.ts';
import type { Table } from '#domain/ports.ts';
import { beginChange, type Changing, endChange, type Writer } from './contact-counts.ts';
import { keys, SHARDS } from './keys.ts';
import { pagesOf } from './query-all.ts';

/**
 * Contacts with this address are deleted, and their ids returned. Reads the whole audience: older
 * imports gave other ids than today's. Cost: a read unit for about thirty contacts. Repeatable.
 */
export async function eraseContacts(
  table: Table,
  audience: string,
  address: string,
  writer: Writer,
): Promise<string[]> {
  const wanted = normaliseAddress(address);
  const erased: string[] = [];
  let changing: Changing | undefined;
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const pages = pagesOf(table, { pk: keys.contacts(audience, shard), consistent: true });
    for await (const items of pages) {
      for (const { pk, sk, address: own } of items) {
        if (typeof own !== 'string' || normaliseAddress(own) !== wanted) continue;
        changing ??= await beginChange(table, audience, writer);
        await table.delete({ pk, sk });
        erased.push(sk);
      }
    }
  }
  if (changing) await endChange(table, changing, -erased.length, writer.nonce);
  return erased;
}
