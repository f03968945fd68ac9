// How many of these addresses are under a standing order not to be messaged.

import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { findSuppression, someSuppressed } from '#store/suppressions.ts';
import { inParallel } from './in-parallel.ts';

/** Up to so many orders are read at once; of more, those of the addresses alone. */
const ORDERS_MAX = 20_000;
const AT_ONCE = 32;

export async function countSuppressed(
  ports: { readonly table: Table; readonly suppressionKey: () => Promise<string> },
  addresses: readonly string[],
): Promise<number> {
  if (addresses.length === 0) return 0;
  const key = await ports.suppressionKey();
  const digests = (): string[] => addresses.map((address) => addressDigest(address, key));
  const all = await someSuppressed(ports.table, ORDERS_MAX);
  if (all) return all.size === 0 ? 0 : digests().filter((digest) => all.has(digest)).length;
  const orders = await inParallel(digests(), AT_ONCE, (one) => findSuppression(ports.table, one));
  return orders.filter((order) => order !== undefined).length;
}
