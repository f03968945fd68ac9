// The text form in which signing keys are kept as one secret.

import type { SigningKey } from './token.ts';

const LINE = /^([a-z0-9]{1,8}):(\S{16,})$/;

/**
 * Keys from lines `id:secret`; the first one signs, all of them verify, so a new key is put first
 * and an old one stays as long as its links are to work. Blank lines are skipped.
 * @returns undefined when there is no key, a line is malformed (ids are 1 to 8 of a-z and 0-9,
 * secrets have at least 16 characters without blanks), or two keys have the same id
 */
export function parseSigningKeys(text: string): readonly [SigningKey, ...SigningKey[]] | undefined {
  const keys: SigningKey[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, id, secret] = LINE.exec(line.trim()) ?? [];
    if (id === undefined || secret === undefined) return undefined;
    if (keys.some((key) => key.id === id)) return undefined;
    keys.push({ id, secret });
  }
  const [first, ...rest] = keys;
  return first && [first, ...rest];
}
