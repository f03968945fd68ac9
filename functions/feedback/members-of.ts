// The people of one chunk of a frozen list, as long as it is there.

import { Fault } from '#domain/faults.ts';
import type { ManifestHead, Member } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { loadManifestChunk } from '#store/manifests.ts';

/** A manifest may be gone before its last conversion: then nobody of it can be named, only counted. */
export async function membersOf(
  table: Table,
  head: ManifestHead,
  chunk: number,
): Promise<Member[]> {
  try {
    return await loadManifestChunk(table, head.burst, head.freeze, chunk);
  } catch (error) {
    if (error instanceof Fault && error.code === 'manifest_chunk_missing') return [];
    throw error;
  }
}
