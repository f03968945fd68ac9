// The people of a world: the same contacts for every seed, written once by the real store.

import { saveContact } from '#store/audiences.ts';
import { MemoryTable } from '#store/memory-table.ts';

export interface Audience {
  readonly id: string;
  /** Its contacts and nothing else. */
  readonly table: MemoryTable;
  /** One for each contact; now and then two contacts share one. */
  readonly addresses: readonly string[];
}

const made = new Map<string, Promise<Audience>>();

/**
 * An audience of that many contacts. Audiences of one family share their people (the first
 * hundred of `north` are in every `north`); every 37th contact has the address of the one before.
 */
export function audienceOf(family: string, size: number): Promise<Audience> {
  const id = `${family}-${size}`;
  const known = made.get(id);
  if (known !== undefined) return known;
  const making = make(family, size, id);
  made.set(id, making);
  return making;
}

async function make(family: string, size: number, id: string): Promise<Audience> {
  const table = new MemoryTable();
  const addresses: string[] = [];
  for (let index = 0; index < size; index += 1) {
    const person = index % 37 === 36 ? index - 1 : index;
    const address = `${family}${person}@example.com`;
    addresses.push(address);
    const fields: Record<string, string> = index % 3 === 0 ? {} : { first_name: `N${index}` };
    await saveContact(table, { audience: id, id: `c${index}`, address, fields });
  }
  return { id, table, addresses };
}
