// How many recipients were held back, and why: at the freeze and at their call.

import type { ManifestHead } from './manifest.ts';
import type { WindowRecord } from './window-record.ts';

/** By reason, in the order of their number; together they are everybody who was held back. */
export function heldByReason(
  head: Pick<ManifestHead, 'heldBack'> | undefined,
  records: readonly WindowRecord[],
): Record<string, number> {
  const sums = new Map<string, number>(Object.entries(head?.heldBack ?? {}));
  for (const { state, reason = 'unstated' } of records.flatMap((record) => record.outcomes)) {
    if (state === 'held_back') sums.set(reason, (sums.get(reason) ?? 0) + 1);
  }
  return Object.fromEntries([...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
