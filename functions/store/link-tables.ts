// Where each tracked link of a burst leads. One item a burst; without zod, because click reads it.

import type { Table } from '#domain/ports.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

/** Destination by `leg/call`: absolute http or https, `{click}` where our click id goes. */
export type LinkTable = { readonly [legAndCall: string]: string };

export function linkName(leg: string, call: string): string {
  return `${leg}/${call}`;
}

/** Replaces the burst's table; done before any of its links can be out. */
export async function saveLinkTable(table: Table, burst: string, links: LinkTable): Promise<void> {
  checked(burst, links);
  await putSame(table, { ...keys.links(burst), links: JSON.stringify(links) });
}

/** Undefined: no such burst, or nothing of it was ever prepared. Throws an Error on a broken item. */
export async function loadLinkTable(
  table: Pick<Table, 'get'>,
  burst: string,
): Promise<LinkTable | undefined> {
  const item = await table.get(keys.links(burst));
  if (!item) return undefined;
  if (typeof item.links !== 'string') throw new Error(`link table of ${burst} has no links`);
  return checked(burst, JSON.parse(item.links));
}

/** Read back, a destination becomes a header: nothing but an http address may pass. */
function checked(burst: string, links: unknown): LinkTable {
  if (typeof links !== 'object' || links === null) throw new Error(`links of ${burst}: no table`);
  for (const [name, to] of Object.entries(links)) {
    if (typeof to !== 'string' || !/^https?:\/\/[\u0021-\u007e]+$/.test(to)) {
      throw new Error(`link ${name} of ${burst} is not an absolute http or https address`);
    }
  }
  return links as LinkTable;
}
