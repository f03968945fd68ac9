// All pages of a query.

import type { Item, Query, Table } from '#domain/ports.ts';

/** Page by page, in the order of the sort key. */
export async function* pagesOf(table: Table, query: Query): AsyncGenerator<readonly Item[]> {
  let next = query;
  for (;;) {
    const page = await table.query(next);
    if (page.items.length > 0) yield page.items;
    if (!page.next) return;
    next = { ...query, after: page.next };
  }
}

export async function queryAll(table: Table, query: Query): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pagesOf(table, query)) items.push(...page);
  return items;
}
