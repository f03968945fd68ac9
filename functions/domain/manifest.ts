// The frozen audience: ordinals 0..N-1 over all addressable legs of a burst.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark, Name } from './ids.ts';

/** One member as a window needs it. Personal data: lives here, in contacts and in provider calls. */
export const Member = z.strictObject({
  ordinal: z.int(),
  /** The normalised address. */
  address: z.string(),
  /** Slot values by slot name, as text. */
  fields: z.record(z.string(), z.string()),
  /** Recipient's zone (IANA) where known. */
  zone: z.optional(z.string()),
});
export type Member = z.output<typeof Member>;

/** A leg owns the ordinals [from, to); those in [sendableTo, to) were held back at the freeze. */
export const LegRange = z.strictObject({
  leg: Name,
  from: z.int(),
  sendableTo: z.int(),
  to: z.int(),
  /** The allocation of wave 0, stored before the first claim. */
  allocation: z.array(z.strictObject({ call: Name, weight: z.number() })),
});
export type LegRange = z.output<typeof LegRange>;

/** Which ordinals one lane owns; the layout is fixed at the freeze, so that all runners agree. */
export const LaneRange = z.strictObject({ lane: z.int(), leg: Name, from: z.int(), to: z.int() });
export type LaneRange = z.output<typeof LaneRange>;

export const ManifestHead = z.strictObject({
  burst: Id,
  revision: z.int(),
  nonce: Mark,
  /** Names the freeze; chunks are stored under it, so that two freezes never mix. */
  freeze: Mark,
  /** The content the audience was frozen for. */
  contentHash: z.string(),
  recipients: z.int(),
  chunkRecipients: z.int(),
  frozenAt: InstantSchema,
  legs: z.array(LegRange),
  lanes: z.array(LaneRange),
  /** Recipients a second the lanes were laid out for. */
  perSecond: z.number(),
  /** How many were held back at the freeze, by reason. */
  heldBack: z.record(z.string(), z.int()),
  /** Digest of all chunks in order: two runners that freeze the same audience agree on it. */
  digest: z.string(),
});
export type ManifestHead = z.output<typeof ManifestHead>;

/** The leg range an ordinal belongs to. */
export function rangeOf(head: ManifestHead, ordinal: number): LegRange | undefined {
  return head.legs.find((range) => ordinal >= range.from && ordinal < range.to);
}
