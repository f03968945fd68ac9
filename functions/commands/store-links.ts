// Puts the destinations of a burst's tracked links where the click function looks for them.

import type { Burst } from '#domain/burst.ts';
import { linkTableOf } from '#domain/link-table-of.ts';
import { saveLinkTable } from '#store/link-tables.ts';
import { loadPlan } from '#store/plans.ts';
import type { CommandContext } from './context.ts';

/** From the very content the header names; repeating it changes nothing. */
export async function storeLinks(context: CommandContext, burst: Burst): Promise<void> {
  const plan = await loadPlan(context.table, burst.id, burst.contentHash);
  await saveLinkTable(context.table, burst.id, linkTableOf(plan));
}
