// Who of a burst's manifest counts as messaged since an instant, read from its ledger.

import type { Lane } from './lane.ts';
import type { ManifestHead } from './manifest.ts';
import type { EntryState, WindowRecord } from './window-record.ts';

const MESSAGED: ReadonlySet<EntryState> = new Set(['accepted', 'in_doubt', 'unproven']);

export interface MessagedSince {
  readonly since: number;
  /** When the last of the burst was called: its end, or now. */
  readonly lastAt: number;
}

/**
 * 1 for every ordinal that was accepted, or that may have been, at `since` or later. The ledger
 * keeps times by lane, so a whole lane counts as messaged at its last answer: never too few.
 */
export function messagedOrdinals(
  head: ManifestHead,
  lanes: readonly Lane[],
  records: readonly WindowRecord[],
  { since, lastAt }: MessagedSince,
): Uint8Array {
  const messaged = new Uint8Array(head.recipients);
  for (const lane of lanes) {
    if (lane.freeze !== head.freeze || (lane.lastAnswerAt ?? lastAt) < since) continue;
    messaged.fill(1, lane.from, lane.next);
  }
  for (const { ordinal, state } of records.flatMap((record) => record.outcomes)) {
    messaged[ordinal] = MESSAGED.has(state) && lastAt >= since ? 1 : 0;
  }
  return messaged;
}
