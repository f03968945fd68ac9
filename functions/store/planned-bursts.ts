// The names of all bursts, whatever their state: the calendar only knows those with a moment.

import type { Table } from '#domain/ports.ts';
import { putSame } from './save.ts';

const PARTITION = 'C#burst';

/** Written before the burst itself; a name without a burst is skipped by whoever reads. */
export async function notePlannedBurst(table: Table, burst: string): Promise<void> {
  await putSame(table, { pk: PARTITION, sk: burst });
}

/** Ids in alphabetical order, at most `limit`, after the one given. */
export async function plannedBursts(
  table: Table,
  limit: number,
  after?: string,
): Promise<{ readonly bursts: readonly string[]; readonly next?: string }> {
  const page = await table.query({
    pk: PARTITION,
    limit,
    ...(after === undefined ? {} : { after: { pk: PARTITION, sk: after } }),
  });
  const bursts = page.items.map((item) => item.sk);
  return page.next ? { bursts, next: page.next.sk } : { bursts };
}
