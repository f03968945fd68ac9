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
  /** Which of the leg's segments they were in at the freeze: bit n for the nth. */
  segments: z.optional(z.int()),
});
export type Member = z.output<typeof Member>;

const StoredAllocation = z.array(z.strictObject({ call: Name, weight: z.number() }));

/** Why a bet was made as it was, and what had been answered by then. */
export const BetBasis = z.strictObject({
  kind: z.enum(['roll', 'best']),
  reason: z.string(),
  /** Conversions expected to be lost by sending all of the rest to the best so far. */
  atStake: z.number(),
  seen: z.array(z.strictObject({ call: Name, n: z.int(), s: z.int() })),
});

/** One wave of a leg: the ordinals [from, to). Nothing of it is claimed before it has an allocation. */
export const WaveRange = z.strictObject({
  from: z.int(),
  to: z.int(),
  /** Stored once, before the wave's first claim, and never changed. */
  allocation: z.optional(StoredAllocation),
  /** When it was to leave: its silence is measured from here. */
  startAt: z.optional(InstantSchema),
  /** Where the allocation is a bet. */
  bet: z.optional(BetBasis),
});
export type WaveRange = z.output<typeof WaveRange>;

/** Held back at the freeze for one reason: the ordinals [from, to). */
export const HeldRange = z.strictObject({ reason: z.string(), from: z.int(), to: z.int() });
export type HeldRange = z.output<typeof HeldRange>;

/** A leg owns the ordinals [from, to); those in [sendableTo, to) were held back at the freeze. */
export const LegRange = z.strictObject({
  leg: Name,
  from: z.int(),
  sendableTo: z.int(),
  to: z.int(),
  /** The allocation of the whole leg, or of its first wave, stored before the first claim. */
  allocation: StoredAllocation,
  /** How many of the first ordinals leave alone at first. */
  firstWave: z.optional(z.int()),
  /** Only of a leg that leaves in waves: together they are [from, sendableTo). */
  waves: z.optional(z.array(WaveRange)),
  /** Only where somebody was held back: together they are [sendableTo, to). */
  held: z.optional(z.array(HeldRange)),
});
export type LegRange = z.output<typeof LegRange>;

/** Which ordinals one lane owns; the layout is fixed at the freeze, so that all runners agree. */
export const LaneRange = z.strictObject({
  lane: z.int(),
  leg: Name,
  from: z.int(),
  to: z.int(),
  /** Only of a leg that leaves in waves. */
  wave: z.optional(z.int()),
  /** The first wave of a list never mailed before: the leg's other lanes wait for its feedback. */
  isFirst: z.optional(z.literal(true)),
});
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

/** The allocation that decides an ordinal's call; undefined while its wave has none. */
export function allocationOf(range: LegRange, ordinal: number): LegRange['allocation'] | undefined {
  if (!range.waves || ordinal >= range.sendableTo) return range.allocation;
  return range.waves.find((wave) => ordinal >= wave.from && ordinal < wave.to)?.allocation;
}

/** The lanes of a leg that may be claimed: all of them, or those of waves with an allocation. */
export function openLanes(head: ManifestHead, leg: string): LaneRange[] {
  const waves = head.legs.find((range) => range.leg === leg)?.waves;
  return head.lanes.filter(
    (lane) =>
      lane.leg === leg && (lane.wave === undefined || waves?.[lane.wave]?.allocation !== undefined),
  );
}

/** The lanes of a leg that start with it: those of its first wave where it has one. */
export function startingLanes(head: ManifestHead, leg: string): LaneRange[] {
  const open = openLanes(head, leg);
  const first = open.filter((lane) => lane.isFirst);
  return first.length > 0 ? first : open;
}
