// Who was erased a moment ago, by the change log: it is written before the order itself is.

import type { Table } from '#domain/ports.ts';
import { readChanges } from '#store/change-log.ts';

/** Clocks of functions disagree by less, and an entry is written within half of it. */
const LOOK_BACK_MS = 60_000;

/** Digests of addresses, since an instant of the caller's clock or a minute before it. One read. */
export async function erasedLately(
  table: Table,
  since: number,
  now: number,
): Promise<ReadonlySet<string>> {
  const erased = new Set<string>();
  for (const one of await readChanges(table, since - LOOK_BACK_MS, now + LOOK_BACK_MS)) {
    if (one.reason === 'erased' && one.digest !== undefined) erased.add(one.digest);
  }
  return erased;
}
