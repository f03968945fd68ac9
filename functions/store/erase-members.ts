// Takes people out of a frozen list: their ordinals stay, what names them goes.

import { Fault } from '#domain/faults.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { erasedAddress } from '#domain/suppression.ts';
import { changeManifestChunk } from './manifests.ts';

const ATTEMPTS_MAX = 8;

/**
 * Whoever `digestOf` knows keeps a digest in the place of the address, and no fields: a runner that
 * reads it holds her back, and every count stays what it was. Repeatable; of two at once neither
 * undoes what the other did. Cost: five read units for every 2,000 recipients, and the writes of
 * the chunks that change.
 * @param digestOf the keyed digest of an address that is to go; undefined for every other
 * @returns how many ordinals were erased now
 */
export async function eraseMembers(
  table: Table,
  head: ManifestHead,
  digestOf: (address: string) => string | undefined,
): Promise<number> {
  let erased = 0;
  for (let chunk = 0; chunk * head.chunkRecipients < head.recipients; chunk += 1) {
    erased += await eraseOfChunk(table, head, chunk, digestOf);
  }
  return erased;
}

async function eraseOfChunk(
  table: Table,
  { burst, freeze }: ManifestHead,
  chunk: number,
  digestOf: (address: string) => string | undefined,
): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    let erased = 0;
    const end = await changeManifestChunk(table, { burst, freeze, chunk }, (members) => {
      const next = members.map((member) => {
        const digest = digestOf(member.address);
        if (digest === undefined) return member;
        erased += 1;
        return { ordinal: member.ordinal, address: erasedAddress(digest), fields: {} };
      });
      return erased === 0 ? undefined : next;
    });
    if (end !== 'lost') return erased;
  }
  const message = `chunk ${chunk} of burst ${burst} changed ${ATTEMPTS_MAX} times meanwhile`;
  throw new Fault('manifest_contended', message, { retryable: true });
}
