// How Mastodon counts the length of a post.

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** An address that Mastodon shortens: a public host name, then plain characters only. */
const LINK =
  /(?<![\w@$#/.-])https?:\/\/(?:[a-z0-9-]{1,63}\.){1,10}[a-z][a-z0-9-]{0,61}[a-z](?::\d{1,5})?(?:[/?#][\w!*';:=+,.$/%#[\]~@|&?()-]*)?/gi;

/** `@ana@social.example` counts as `@ana`. */
const MENTION = /(?<![\w/@])(@[a-z0-9_]{1,64})@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}/gi;

const TRAILING = /[.,:;!?'()[\]]+$/;

/**
 * Graphemes, a link as `linkLength` whatever its real length, and the server of a mention left
 * out. What is no link to Mastodon (an address without a public host name) counts in full, and so
 * does punctuation behind one: where the rule leaves room, more is counted rather than less.
 * Source: Mastodon, app/validators/status_length_validator.rb. Cost: O(length).
 */
export function countMastodon(text: string, linkLength: number): number {
  const shortened = text
    .normalize('NFC')
    .replace(LINK, (link) => 'x'.repeat(linkLength) + (TRAILING.exec(link)?.[0] ?? ''))
    .replace(MENTION, '$1');
  let graphemes = 0;
  for (const _ of segmenter.segment(shortened)) graphemes += 1;
  return graphemes;
}
