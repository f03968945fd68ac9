// Bytes that may be more than one item holds: cut into parts under one partition key.

import type { Item, Key, Query, Table } from '#domain/ports.ts';
import { corrupt } from './item.ts';
import { queryAll } from './query-all.ts';
import { putNew, putSame } from './save.ts';

/** What one part may carry; an item holds 400 KiB with its key. */
export const partBytesMax = 380 * 1024;

/**
 * Stores the same bytes under the same keys however often it is called; with `isNew` it leaves
 * alone what stands there, and so does a repeat that arrives late.
 */
export async function putBlob(
  table: Table,
  keyOf: (part: number) => Key,
  bytes: Uint8Array,
  options: { readonly expires?: number; readonly isNew?: boolean } = {},
): Promise<void> {
  const put = options.isNew ? putNew : putSame;
  const more = options.expires === undefined ? {} : { expires: options.expires };
  const parts = Math.max(1, Math.ceil(bytes.length / partBytesMax));
  // The first part last: once it stands, all of them do.
  for (let part = parts - 1; part >= 0; part -= 1) {
    const data = bytes.subarray(part * partBytesMax, (part + 1) * partBytesMax);
    await put(table, {
      ...keyOf(part),
      data,
      ...more,
      ...(parts > 1 && part === 0 ? { parts } : {}),
    });
  }
}

/**
 * The bytes, read strongly, or undefined when they were never stored to the end.
 * Throws Fault `store_corrupt` when a later part is missing.
 */
export async function getBlob(
  table: Table,
  first: Key,
  stretch: Pick<Query, 'pk' | 'from' | 'to'>,
): Promise<Uint8Array | undefined> {
  const items = await queryAll(table, { ...stretch, consistent: true });
  const [head] = items;
  if (head?.sk !== first.sk) return undefined;
  const parts = head.parts ?? 1;
  if (items.length < Number(parts)) throw corrupt(first, `${items.length} parts of ${parts}`);
  const chunks = items.slice(0, Number(parts)).map((item) => dataOf(item));
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

export function dataOf(item: Item): Uint8Array {
  const data = item.data;
  if (data instanceof Uint8Array) return data;
  throw corrupt(item, 'data is not binary');
}
