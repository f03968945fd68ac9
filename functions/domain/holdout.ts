// Who of a list gets no message at all, so that what the messages brought can be told.

import { hash } from 'node:crypto';

/**
 * True for `share` of all people, by chance and the same for all lists of a burst: drawn from
 * burst and keyed digest, so that nobody can be chosen and repeating it changes nothing.
 */
export function isHeldOut(burst: string, digest: string, share: number): boolean {
  if (share <= 0) return false;
  const bytes = hash('sha256', `${burst}/holdout/${digest}`, 'hex');
  return Number.parseInt(bytes.slice(0, 12), 16) / 2 ** 48 < share;
}
