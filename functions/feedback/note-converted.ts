// Tells running bursts who has converted: they leave them out of what they have not sent yet.

import { createHash } from 'node:crypto';
import type { FeedbackEvent } from '#domain/event.ts';
import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { appendTimely } from '#store/change-log.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { membersOf } from './members-of.ts';

export interface NoteConvertedOptions {
  readonly table: Table;
  readonly burst: string;
  readonly campaign: string;
  readonly suppressionKey: () => Promise<string>;
  readonly now: () => number;
}

/** People in one entry of the log: about ten kilobytes. */
const PEOPLE_MAX = 400;

/**
 * Appends the recipients among them who converted to the change log, by keyed digest. Repeating
 * it is harmless. Cost: the manifest's head and a chunk for every 2,000 ordinals concerned, and a
 * write unit for about forty people; nothing where nobody with an ordinal converted.
 */
export async function noteConverted(
  options: NoteConvertedOptions,
  news: readonly FeedbackEvent[],
): Promise<void> {
  const ordinals = new Set<number>();
  for (const event of news) {
    if (event.kind === 'conversion' && event.ordinal !== undefined) ordinals.add(event.ordinal);
  }
  if (ordinals.size === 0) return;
  const { table, burst, campaign, now } = options;
  const digests = await digestsOf(options, ordinals);
  for (let from = 0; from < digests.length; from += PEOPLE_MAX) {
    const some = digests.slice(from, from + PEOPLE_MAX);
    const mark = createHash('sha256').update(some.join('\n')).digest('base64url').slice(0, 22);
    const entry = { id: `c-${mark}`, kind: 'converted', digests: some, burst, campaign } as const;
    await appendTimely(table, { ...entry, reason: 'converted' }, now);
  }
}

/** An ordinal that the manifest does not have is nobody's: a forged event. */
async function digestsOf(
  { table, burst, suppressionKey }: NoteConvertedOptions,
  ordinals: ReadonlySet<number>,
): Promise<string[]> {
  const head = await loadManifestHead(table, burst);
  if (!head) return [];
  const key = await suppressionKey();
  const size = head.chunkRecipients;
  const chunks = new Set<number>();
  for (const one of ordinals) if (one < head.recipients) chunks.add(Math.floor(one / size));
  const digests: string[] = [];
  for (const chunk of chunks) {
    for (const { ordinal, address } of await membersOf(table, head, chunk)) {
      if (ordinals.has(ordinal)) digests.push(addressDigest(address, key));
    }
  }
  return digests;
}
