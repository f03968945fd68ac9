// Who of a burst's manifest got its email, read from its ledger.

import type { Lane } from './lane.ts';
import type { ManifestHead } from './manifest.ts';
import type { WindowRecord } from './window-record.ts';

/**
 * 1 for every ordinal that was accepted. Of those in doubt, open windows included, nobody knows:
 * they are in where `withDoubt` says so.
 */
export function reachedOrdinals(
  head: ManifestHead,
  lanes: readonly Lane[],
  records: readonly WindowRecord[],
  withDoubt: boolean,
): Uint8Array {
  const reached = new Uint8Array(head.recipients);
  for (const lane of lanes) {
    if (lane.freeze !== head.freeze) continue;
    const closedTo = lane.window?.from ?? lane.next;
    reached.fill(1, lane.from, closedTo);
    if (lane.window) reached.fill(withDoubt ? 1 : 0, lane.window.from, lane.window.to);
  }
  for (const { ordinal, state } of records.flatMap((record) => record.outcomes)) {
    const isDoubt = state === 'in_doubt' || state === 'unproven';
    reached[ordinal] = state === 'accepted' || (isDoubt && withDoubt) ? 1 : 0;
  }
  return reached;
}
