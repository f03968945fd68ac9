// What one address is called here, and whether anybody has said never to write to it.

import { addressDigest } from '#domain/suppression.ts';
import { findSuppression } from '#store/suppressions.ts';
import type { CommandContext } from './context.ts';

export interface StandingOrder {
  /** Keyed: says nothing about the address to whoever lacks the key. */
  readonly digest: string;
  /** As of now, whatever it was before; absent: there is none. */
  readonly suppressed?: { readonly reason: string; readonly at: number };
}

/** @param address as `requireAddress` gives it */
export async function standingOrder(
  { table, suppressionKey }: Pick<CommandContext, 'table' | 'suppressionKey'>,
  address: string,
): Promise<StandingOrder> {
  const digest = addressDigest(address, await suppressionKey());
  const order = await findSuppression(table, digest);
  return order ? { digest, suppressed: { reason: order.reason, at: order.at } } : { digest };
}
