// Names in a mail header that are not plain ASCII.

/** Bytes of text per encoded word: with its frame it must not exceed 75 characters. */
const WORD_BYTES = 42;

/**
 * A From or Reply-To field whose name survives SES, which takes ASCII only: other names become
 * encoded words (RFC 2047). `Zoë <zoe@example.com>` -> `=?UTF-8?B?Wm/Dqw==?= <zoe@example.com>`.
 */
export function encodeName(header: string): string {
  const [, name = '', address] = /^(.*?)\s*(<[^<>]*>)$/s.exec(header) ?? [];
  if (address === undefined || !/\P{ASCII}/u.test(name)) return header;
  const bare = name.replace(/^"(.*)"$/s, '$1');
  return `${words(bare).join(' ')} ${address}`;
}

function words(text: string): string[] {
  const parts: string[] = [''];
  // Cut between characters, never inside one.
  for (const character of text) {
    const grown = `${parts.at(-1)}${character}`;
    if (Buffer.byteLength(grown) > WORD_BYTES) parts.push(character);
    else parts[parts.length - 1] = grown;
  }
  return parts.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`);
}
