// Which software stands behind a Mastodon API, and what may be relied upon because of it.

import type { Described } from './contract.ts';
import type { Instance } from './mastodon-api.ts';

/** Servers that answer a repeated Idempotency-Key with the first post. */
const HONOURS_KEYS: ReadonlySet<string> = new Set(['mastodon', 'gotosocial', 'hollo']);

/** Mastodon's own defaults, for servers that state none. */
const DEFAULTS = {
  textMax: 500,
  linkLength: 23,
  imagesMax: 4,
  imageBytesMax: 16_777_216,
  altTextMax: 1_500,
} as const;

/** How long an own post may be missing from the own listing. */
const VISIBILITY_MS = 30_000;

/** The name of the software; `unknown` for whatever does not say so plainly. */
function softwareOf(instance: Instance): string {
  const version = (instance.version ?? '').toLowerCase();
  const said = `${version} ${instance.source_url?.toLowerCase() ?? ''}`;
  for (const name of ['gotosocial', 'hollo', 'snac']) if (said.includes(name)) return name;
  if (version.includes('compatible') || version.includes('(')) return 'unknown';
  // Mastodon and its forks state a plain version: 4.4.1, 4.5.0-nightly.2027-01-01, 4.3.1+glitch.
  return /^[2-9]\.\d+\.\d+(?:$|[-+])/.test(version) ? 'mastodon' : 'unknown';
}

/** The flags of a server: its own limits where it states them. */
export function describeInstance(instance: Instance): Described {
  const software = softwareOf(instance);
  const statuses = instance.configuration?.statuses ?? {};
  const media = instance.configuration?.media_attachments ?? {};
  return {
    // Without keys, a post that may have left is looked up and never repeated.
    identityClass: HONOURS_KEYS.has(software) ? 'C' : 'D',
    textMax: statuses.max_characters ?? instance.max_toot_chars ?? DEFAULTS.textMax,
    linkLength: statuses.characters_reserved_per_url ?? DEFAULTS.linkLength,
    imagesMax: statuses.max_media_attachments ?? DEFAULTS.imagesMax,
    imageBytesMax: media.image_size_limit ?? DEFAULTS.imageBytesMax,
    altTextMax: media.description_limit ?? DEFAULTS.altTextMax,
    canRetract: software !== 'snac',
    visibilityMs: VISIBILITY_MS,
    verification: 'specification',
  };
}
