// The address that a command was given, by the grammar that lists are read by.

import { parseAddress } from '#domain/address.ts';
import { Refusal } from '#domain/faults.ts';

/** As it is to be written to. Throws Refusal `address_invalid`, which names the field `address`. */
export function requireAddress(text: string): string {
  const parsed = parseAddress(text);
  if (parsed.kind === 'address') return parsed.address;
  throw new Refusal('address_invalid', parsed.message, { field: 'address' });
}
