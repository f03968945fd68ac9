// Why one person is in a segment of an audience, or is not.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { describe, type Explained, explain, Segment } from '#domain/segment.ts';
import { findContact } from '#store/audiences.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { requireAddress } from './require-address.ts';
import { shownOf } from './show-audience.ts';
import { type StandingOrder, standingOrder } from './standing-order.ts';

export const ExplainSegmentInput = z.strictObject({
  audience: Id,
  address: z.string().check(z.maxLength(1_000)),
  segment: z.optional(Segment),
});

export interface ExplainedPerson extends Pick<StandingOrder, 'suppressed'> {
  readonly audience: string;
  /** Absent: nobody in the audience has this address. */
  readonly contact?: ReturnType<typeof shownOf>;
  /** Of the segment, in words. */
  readonly segment?: string;
  readonly explained?: Explained;
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
  const { digest: _digest, ...order } = await standingOrder(context, wanted);
  return {
    audience,
    ...(contact ? { contact: shownOf(contact) } : {}),
    ...(segment ? { segment: describe(segment) } : {}),
    ...(segment && contact ? { explained: explain(segment, contact) } : {}),
    ...order,
  };
}
