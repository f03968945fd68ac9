// Which standing order not to be messaged addresses are under, many at a time.

import type { Table } from '#domain/ports.ts';
import { addressDigest, type SuppressionReason } from '#domain/suppression.ts';
import { findSuppression, someSuppressed } from '#store/suppressions.ts';
import { inParallel } from './in-parallel.ts';

/** Up to so many orders are read at once; of more, those of the addresses alone. */
const ORDERS_MAX = 20_000;
const AT_ONCE = 32;

/** The weightiest reason of each address; undefined where there is none. */
export type SuppressionsOf = (
  addresses: readonly string[],
) => Promise<readonly (SuppressionReason | undefined)[]>;

/** As the orders stand now; asked again and again for the time of one chunk. */
export async function suppressionsOf(ports: {
  readonly table: Table;
  readonly suppressionKey: () => Promise<string>;
}): Promise<SuppressionsOf> {
  const { table } = ports;
  const key = await ports.suppressionKey();
  const all = await someSuppressed(table, ORDERS_MAX);
  if (all?.size === 0) return async (addresses) => addresses.map(() => undefined);
  if (all) {
    return async (addresses) => addresses.map((address) => all.get(addressDigest(address, key)));
  }
  return (addresses) =>
    inParallel(addresses, AT_ONCE, async (address) => {
      return (await findSuppression(table, addressDigest(address, key)))?.reason;
    });
}
