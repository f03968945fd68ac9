// Whether addresses are under a standing order not to be messaged, many at a time.

import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { findSuppression, someSuppressed } from '#store/suppressions.ts';
import { inParallel } from './in-parallel.ts';

/** Up to so many orders are read at once; of more, those of the addresses alone. */
const ORDERS_MAX = 20_000;
const AT_ONCE = 32;

export type AreSuppressed = (addresses: readonly string[]) => Promise<readonly boolean[]>;

/** As the orders stand now; asked again and again for the time of one chunk. */
export async function areSuppressed(ports: {
  readonly table: Table;
  readonly suppressionKey: () => Promise<string>;
}): Promise<AreSuppressed> {
  const { table } = ports;
  const key = await ports.suppressionKey();
  const all = await someSuppressed(table, ORDERS_MAX);
  if (all?.size === 0) return async (addresses) => addresses.map(() => false);
  if (all) {
    return async (addresses) => addresses.map((address) => all.has(addressDigest(address, key)));
  }
  return (addresses) =>
    inParallel(addresses, AT_ONCE, async (address) => {
      return (await findSuppression(table, addressDigest(address, key))) !== undefined;
    });
}
