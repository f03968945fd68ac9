// Standing orders not to message an address, and the log by which a running burst hears of them.

import * as z from 'zod/mini';
import { hmacSha256Text } from './hmac.ts';
import { Id, InstantSchema, Mark } from './ids.ts';
import { normaliseAddress } from './normalise-address.ts';

export const SuppressionReason = z.enum([
  'unsubscribed',
  'complained',
  'bounced',
  'erased',
  'withdrawn',
  'by_operator',
]);
export type SuppressionReason = z.output<typeof SuppressionReason>;

/** One order, by keyed digest of the normalised address: the table alone cannot be matched to lists. */
export const Suppression = z.strictObject({
  digest: z.string(),
  reason: SuppressionReason,
  at: InstantSchema,
  /** The burst whose link or event caused it, where there is one. */
  burst: z.optional(Id),
});
export type Suppression = z.output<typeof Suppression>;

/** An entry of the change log: appended before the order itself, read by every runner before a call. */
export const ChangeLogEntry = z.strictObject({
  id: Mark,
  at: InstantSchema,
  kind: z.enum(['suppressed', 'converted']),
  /** The keyed digest of the address ... */
  digest: z.optional(z.string()),
  /** ... or of several, who converted together ... */
  digests: z.optional(z.array(z.string())),
  /** ... or burst and ordinal, where only those are known (an unsubscribe link, a conversion). */
  burst: z.optional(Id),
  ordinal: z.optional(z.int()),
  /** Of a conversion: the campaign of its burst. */
  campaign: z.optional(Id),
  reason: z.string(),
});
export type ChangeLogEntry = z.output<typeof ChangeLogEntry>;

/** `#`, which no digest and no address without an at sign begins with. */
const ERASED = 0x23;

/** What an erasure leaves in the place of an address in a frozen list. @param digest keyed */
export function erasedAddress(digest: string): string {
  return `#${digest}`;
}

/** True where an erasure left a keyed digest in the place of an address. */
export function isErased(address: string): boolean {
  return address.charCodeAt(0) === ERASED && !address.includes('@');
}

/** The characters of base64url whose last four bits are zero. */
const LAST = 'AQgw';

/**
 * Keyed digest of a normalised address, 128 bits as base64url: 21 characters and two bits more.
 * Cut out of the text rather than the bytes, which takes half the time.
 */
export function addressDigest(address: string, key: string): string {
  // Whoever was erased from a frozen list left this digest there.
  if (isErased(address)) return address.slice(1);
  const mac = hmacSha256Text(key, `address\n${normaliseAddress(address)}`);
  return mac.slice(0, 21) + LAST[VALUES.indexOf(mac.charAt(21)) >> 4];
}

const VALUES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
