// Who has converted in a burst, by keyed digest of the address.

import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listLeaves } from './facts.ts';
import { loadManifestChunk, loadManifestHead } from './manifests.ts';

/**
 * Recipients with a conversion of their own, credited or not; whoever converted as a visitor is not
 * known by address. Cost: one read unit for about a thousand recipients without any facts, one for
 * every leaf of 256 with some, and the manifest's chunks of those who converted.
 */
export async function listConverted(
  table: Table,
  burst: string,
  suppressionKey: string,
): Promise<Set<string>> {
  const digests = new Set<string>();
  const head = await loadManifestHead(table, burst);
  if (!head) return digests;
  const byChunk = new Map<number, Set<number>>();
  for await (const leaf of listLeaves(table, burst, 'o')) {
    for (const [key, facts] of leaf.facts) {
      if (facts.conversions.length === 0) continue;
      const chunk = Math.floor(Number(key) / head.chunkRecipients);
      byChunk.set(chunk, (byChunk.get(chunk) ?? new Set()).add(Number(key)));
    }
  }
  for (const [chunk, ordinals] of byChunk) {
    for (const member of await loadManifestChunk(table, burst, head.freeze, chunk)) {
      if (ordinals.has(member.ordinal)) digests.add(addressDigest(member.address, suppressionKey));
    }
  }
  return digests;
}
