// The keys that sign links: one signs, older ones still verify. Small: the click function carries it.

import type { SigningKey } from './token.ts';

/** The parameter `links/keys`, read. */
export interface KeyRing {
  /** Signs every new link. */
  readonly signs: SigningKey;
  /** Verify clicks: the signing key and those in their grace time. */
  readonly clicks: readonly SigningKey[];
  /** Verify unsubscribe links: every key there ever was, for whoever got an email may leave. */
  readonly unsubscribes: readonly SigningKey[];
}

const LINE = /^(-?)([a-z0-9]{1,8}):(\S{16,})$/;

/**
 * Lines of `id:secret`. The first one signs; the others verify, so a new key is put first and the
 * old one stays while its links are to work. A line that begins with `-` is retired: it verifies
 * unsubscribe links and nothing else, and should never be removed. Blank lines are skipped.
 * Throws an Error that names the line and never the secret.
 */
export function parseKeyRing(text: string): KeyRing {
  const unsubscribes: SigningKey[] = [];
  const clicks: SigningKey[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, retired, id, secret] = LINE.exec(line.trim()) ?? [];
    if (id === undefined || secret === undefined) {
      throw new Error(`links/keys: line ${index + 1} is not "id:secret" of 16 characters or more`);
    }
    if (unsubscribes.some((key) => key.id === id)) {
      throw new Error(`links/keys: line ${index + 1} names key ${id} a second time`);
    }
    unsubscribes.push({ id, secret });
    if (retired === '') clicks.push({ id, secret });
  }
  const [signs] = clicks;
  if (!signs) throw new Error('links/keys: no key may sign');
  return { signs, clicks, unsubscribes };
}
