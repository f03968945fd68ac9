// The names of all audiences: contacts alone are spread by audience and shard.

import type { Table } from '#domain/ports.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

/** Written before the first contact; a name without contacts is an empty list. */
export async function noteAudience(table: Table, audience: string): Promise<void> {
  await putSame(table, { ...keys.audience(audience) });
}

/** In alphabetical order, at most `limit`, after the one given. */
export async function audienceNames(
  table: Table,
  limit: number,
  after?: string,
): Promise<{ readonly audiences: readonly string[]; readonly next?: string }> {
  const pk = keys.audiences;
  const start = after === undefined ? {} : { after: { pk, sk: after } };
  const page = await table.query({ pk, limit, ...start });
  const audiences = page.items.map((item) => item.sk);
  return page.next ? { audiences, next: page.next.sk } : { audiences };
}
