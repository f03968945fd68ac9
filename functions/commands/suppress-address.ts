// A standing order not to message an address, given by a person.

import * as z from 'zod/mini';
import { addressDigest } from '#domain/suppression.ts';
import { suppress } from '#store/suppressions.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { requireAddress } from './require-address.ts';

export const SuppressAddressInput = z.strictObject({
  address: z.string().check(z.maxLength(1_000)),
  reason: z.optional(z.enum(['by_operator', 'withdrawn', 'erased', 'unsubscribed'])),
});

export interface SuppressedAddress {
  /** Keyed: says nothing about the address to whoever lacks the key. */
  readonly digest: string;
  readonly reason: string;
  readonly at: number;
}

/** Counts for every provider call that starts more than half a second after it resolves. */
export async function suppressAddress(
  context: CommandContext,
  input: z.output<typeof SuppressAddressInput>,
): Promise<SuppressedAddress> {
  requireScope(context, 'operator');
  const { address, reason = 'by_operator' } = parseInput(SuppressAddressInput, input);
  const wanted = requireAddress(address);
  const digest = addressDigest(wanted, await context.suppressionKey());
  const at = context.clock.now();
  const now = () => context.clock.now();
  await suppress(context.table, { digest, reason, at }, context.entropy.id(), now);
  await auditDeployment(context, 'suppress', { digest, reason });
  return { digest, reason, at };
}
