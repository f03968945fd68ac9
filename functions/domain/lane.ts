// A contiguous range of ordinals with one sender at a time, and the window that is open on it.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark, Name } from './ids.ts';
import { limits } from './limits.ts';

/** Up to 100 ordinals [from, to) claimed together by one write. */
export const Window = z.strictObject({
  from: z.int(),
  to: z.int(),
  /** The epoch that claimed it: decides whether a claim is void, ours or in doubt. */
  epoch: z.int(),
  /** 1, or 2 when policy allowed one more after the grace time. */
  attempt: z.int(),
  claimedAt: InstantSchema,
});
export type Window = z.output<typeof Window>;

export const Lane = z.strictObject({
  burst: Id,
  lane: z.int(),
  leg: Name,
  /** The freeze of the manifest whose ordinals it counts. */
  freeze: Mark,
  from: z.int(),
  to: z.int(),
  /** The first ordinal that no window has claimed yet. */
  next: z.int(),
  revision: z.int(),
  nonce: Mark,
  /** The epoch of the last writer. */
  epoch: z.int(),
  window: z.optional(Window),
  /** Ordinals of closed windows that have an outcome of their own in a window record. */
  excepted: z.int(),
  firstCallAt: z.optional(InstantSchema),
  lastAnswerAt: z.optional(InstantSchema),
});
export type Lane = z.output<typeof Lane>;

/** Ordinals this lane knows to be accepted: closed windows less the exceptions listed elsewhere. */
export function acceptedCount(lane: Lane): number {
  const open = lane.window ? lane.window.to - lane.window.from : 0;
  return lane.next - lane.from - open - lane.excepted;
}

export function isDone(lane: Lane): boolean {
  return lane.next >= lane.to && lane.window === undefined;
}

/** How many ordinals a window may hold at this rate: at most 100, at most five seconds' worth. */
export function windowSize(ratePerSecond: number): number {
  const seconds = Math.floor(ratePerSecond * limits.windowSeconds);
  return Math.max(1, Math.min(limits.windowRecipientsMax, seconds));
}

/** Entries in one bulk call, so that no call overdraws the bucket: half a second's worth. */
export function callSize(ratePerSecond: number): number {
  return Math.max(1, Math.min(limits.bulkEntriesMax, Math.round(ratePerSecond / 2)));
}

/** Lanes needed to fill the rate with one open window each: `rate * round trip / window`. */
export function laneCount(recipients: number, ratePerSecond: number): number {
  const needed = Math.ceil(
    (ratePerSecond * limits.laneRoundTripMs) / 1_000 / windowSize(ratePerSecond),
  );
  const useful = Math.ceil(recipients / windowSize(ratePerSecond));
  return Math.max(1, Math.min(needed, useful, limits.lanesMax));
}

export interface ClaimOptions {
  readonly epoch: number;
  readonly size: number;
  readonly now: number;
  /** Ordinals of the window being closed that a window record lists. */
  readonly excepted: number;
}

/**
 * Closes the open window, if any, and claims the next one: one write. At the end of the lane it
 * only closes. The caller has made sure that the open window's outcome is known or recorded.
 */
export function closeAndClaim(lane: Lane, options: ClaimOptions): Lane {
  const { epoch, size, now } = options;
  const { window: _closed, ...rest } = lane;
  const closed = { ...rest, epoch, excepted: lane.excepted + options.excepted };
  if (lane.next >= lane.to) return closed;
  const to = Math.min(lane.to, lane.next + size);
  const window = { from: lane.next, to, epoch, attempt: 1, claimedAt: now };
  return { ...closed, next: to, window };
}

/**
 * Closes the open window at the first ordinal that was never called and claims nothing: after a
 * stop or before a hand-over. What was not called is free again.
 */
export function closeAt(lane: Lane, calledTo: number, epoch: number, excepted: number): Lane {
  const { window: _closed, ...rest } = lane;
  return { ...rest, epoch, next: calledTo, excepted: lane.excepted + excepted };
}

/** Takes a void claim back: its ordinals are free to be claimed again. */
export function releaseVoid(lane: Lane, epoch: number): Lane {
  const { window, ...rest } = lane;
  return { ...rest, epoch, next: window ? window.from : lane.next };
}

export type ClaimStanding = 'none' | 'ours' | 'void' | 'in_doubt';

/**
 * The commit rule. A claim of another epoch is void only when that epoch can never have called a
 * provider: the header knows no committed epoch, or a lower one.
 */
export function claimStanding(
  window: Window | undefined,
  header: { readonly epoch: number; readonly committedEpoch?: number | undefined },
): ClaimStanding {
  if (!window) return 'none';
  if (window.epoch === header.epoch) return 'ours';
  const { committedEpoch } = header;
  return committedEpoch === undefined || committedEpoch < window.epoch ? 'void' : 'in_doubt';
}
