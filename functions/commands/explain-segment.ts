// Why one person is in a segment of an audience, or is not.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { describe, type Explained, explain, Segment } from '#domain/segment.ts';
import { addressDigest } from '#domain/suppression.ts';
import { findContact } from '#store/audiences.ts';
import { findSuppression } from '#store/suppressions.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { requireAddress } from './require-address.ts';
import { shownOf } from './show-audience.ts';

export const ExplainSegmentInput = z.strictObject({
  audience: Id,
  address: z.string().check(z.maxLength(1_000)),
  segment: z.optional(Segment),
});

export interface ExplainedPerson {
  readonly audience: string;
  /** Absent: nobody in the audience has this address. */
  readonly contact?: ReturnType<typeof shownOf>;
  /** Of the segment, in words. */
  readonly segment?: string;
  readonly explained?: Explained;
  /** The standing order against the address. */
  readonly suppressed?: { readonly reason: string; readonly at: number };
}

/** Asks the very function that counts and freezes. Throws Refusal `address_invalid`. */
export async function explainSegment(
  context: CommandContext,
  input: z.output<typeof ExplainSegmentInput>,
): Promise<ExplainedPerson> {
  requireScope(context, 'operator');
  const { audience, address, segment } = parseInput(ExplainSegmentInput, input);
  const wanted = requireAddress(address);
  const contact = await findContact(context.table, audience, wanted);
  const digest = addressDigest(wanted, await context.suppressionKey());
  const order = await findSuppression(context.table, digest);
  return {
    audience,
    ...(contact ? { contact: shownOf(contact) } : {}),
    ...(segment ? { segment: describe(segment) } : {}),
    ...(segment && contact ? { explained: explain(segment, contact) } : {}),
    ...(order ? { suppressed: { reason: order.reason, at: order.at } } : {}),
  };
}
