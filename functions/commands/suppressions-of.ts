// Which standing order not to be messaged addresses are under, many at a time.

import { addressDigest, type SuppressionReason } from '#domain/suppression.ts';
import { findSuppression, someSuppressed } from '#store/suppressions.ts';
import type { CommandContext } from './context.ts';
import { erasedLately } from './erased-lately.ts';
import { inParallel } from './in-parallel.ts';

/** Up to so many orders are read at once; of more, those of the addresses alone. */
const ORDERS_MAX = 20_000;
const AT_ONCE = 32;

/** The weightiest reason of each address; undefined where there is none. */
export type SuppressionsOf = (
  addresses: readonly string[],
) => Promise<readonly (SuppressionReason | undefined)[]>;

/**
 * As the orders stand now; asked again and again for the time of one chunk. An erasure that is on its
 * way, or died on it, counts as one for a minute.
 */
export async function suppressionsOf(
  ports: Pick<CommandContext, 'table' | 'clock' | 'suppressionKey'>,
): Promise<SuppressionsOf> {
  const { table, clock } = ports;
  const key = await ports.suppressionKey();
  const now = clock.now();
  const lately = await erasedLately(table, now, now);
  const all = await someSuppressed(table, ORDERS_MAX);
  if (all?.size === 0 && lately.size === 0) {
    return async (addresses) => addresses.map(() => undefined);
  }
  if (all) {
    return async (addresses) =>
      addresses.map((address) => {
        const digest = addressDigest(address, key);
        return lately.has(digest) ? 'erased' : all.get(digest);
      });
  }
  return (addresses) =>
    inParallel(addresses, AT_ONCE, async (address) => {
      const digest = addressDigest(address, key);
      return lately.has(digest) ? 'erased' : (await findSuppression(table, digest))?.reason;
    });
}
