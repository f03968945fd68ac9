// Digests by which a request or a token is recognised without being kept.

import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 as base64url. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** In a time that does not depend on where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)));
}
