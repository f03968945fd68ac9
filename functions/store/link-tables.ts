// Where each tracked link of a burst leads. One item a burst; without zod, because click reads it.

import type { Condition, Table } from '#domain/ports.ts';
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

/** Writers that race for one table: a few people. */
const ATTEMPTS_MAX = 8;

/**
 * Makes another table of the one that stands there, read strongly. Of two changes at once, and of
 * one whose put arrives late, neither undoes the other. Throws an Error where they never end.
 */
export async function changeLinkTable(
  table: Table,
  burst: string,
  change: (before: LinkTable) => LinkTable,
): Promise<void> {
  const key = keys.links(burst);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const stored = (await table.get(key, { consistent: true }))?.links;
    const before = typeof stored === 'string' ? checked(burst, JSON.parse(stored)) : {};
    const links = JSON.stringify(checked(burst, change(before)));
    if (links === stored) return;
    const isSame: Condition =
      stored === undefined
        ? { kind: 'item_absent' }
        : { kind: 'equals', attribute: 'links', value: stored };
    if ((await putSame(table, { ...key, links }, isSame)) === 'written') return;
  }
  throw new Error(`the links of ${burst} are changed by many at once`);
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
