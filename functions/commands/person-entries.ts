// Where one address stands in the frozen list of a burst.

import type { Burst } from '#domain/burst.ts';
import { type Fate, fateOf } from '#domain/fate-of.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import { normaliseAddress } from '#domain/normalise-address.ts';
import { loadManifestChunk } from '#store/manifests.ts';
import type { CommandContext } from './context.ts';
import { type Ledger, readLedger } from './progress.ts';

export interface PersonEntry extends Fate {
  readonly ordinal: number;
  /** Slot values of the list. */
  readonly fields: { readonly [name: string]: string };
}

/** One for every contact of the burst's lists with this address. Reads the whole manifest. */
export async function entriesOf(
  context: CommandContext,
  burst: Burst,
  head: ManifestHead,
  address: string,
  known?: Ledger,
): Promise<PersonEntry[]> {
  const { table, clock } = context;
  const { lanes, records } = known ?? (await readLedger(table, burst));
  const ledger = { burst, head, lanes, records };
  const wanted = normaliseAddress(address);
  const entries: PersonEntry[] = [];
  for (let chunk = 0; chunk * head.chunkRecipients < head.recipients; chunk += 1) {
    for (const member of await loadManifestChunk(table, head.burst, head.freeze, chunk)) {
      if (normaliseAddress(member.address) !== wanted) continue;
      const { ordinal, fields } = member;
      const fate = fateOf(ledger, ordinal, clock.now());
      if (fate) entries.push({ ordinal, fields, ...fate });
    }
  }
  return entries;
}
