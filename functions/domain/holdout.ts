// Who of a list gets no message at all, so that what the messages brought can be told.

import { createHash } from 'node:crypto';

/**
 * True for `share` of all people, by chance and the same for all lists of a burst: drawn from
 * burst and keyed digest, so that nobody can be chosen and repeating it changes nothing.
 */
export function isHeldOut(burst: string, digest: string, share: number): boolean {
  const bytes = createHash('sha256').update(`${burst}/holdout/${digest}`).digest();
  return bytes.readUIntBE(0, 6) / 2 ** 48 < share;
}
