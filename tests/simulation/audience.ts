// The people of a world: the same contacts for every seed, written once by the real store.

import { saveContact } from '#store/audiences.ts';
import { MemoryTable } from '#store/memory-table.ts';

export interface Audience {
  readonly id: string;
  /** Its contacts and nothing else. */
  readonly table: MemoryTable;
  /** One for each contact; now and then two contacts share one. */
  readonly addresses: readonly string[];
  /** Minutes ahead of UTC, by address, of those who live elsewhere than the burst. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** One in six each; their clocks stand still at these offsets in the days of every world. */
const ZONES: readonly (readonly [zone: string, minutes: number] | undefined)[] = [
  undefined,
  ['Europe/Berlin', 60],
  undefined,
  ['Europe/Athens', 120],
  undefined,
  ['Asia/Kolkata', 330],
];

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
  const offsets = new Map<string, number>();
  for (let index = 0; index < size; index += 1) {
    const person = index % 37 === 36 ? index - 1 : index;
    const address = `${family}${person}@example.com`;
    addresses.push(address);
    const fields: Record<string, string> = index % 3 === 0 ? {} : { first_name: `N${index}` };
    const [zone, minutes] = ZONES[person % ZONES.length] ?? [];
    if (minutes !== undefined) offsets.set(address, minutes);
    const contact = { audience: id, id: `c${index}`, address, fields };
    await saveContact(table, zone === undefined ? contact : { ...contact, zone });
  }
  return { id, table, addresses, offsets };
}
