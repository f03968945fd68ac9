// A table in memory that also notes what a partition has to bear and how large items become.

import type { Condition, Item, Table } from '#domain/ports.ts';
import { sizeOf } from '#store/item-size.ts';
import { kindOf } from '#store/keys.ts';
import type { MemoryTable } from '#store/memory-table.ts';
import { writeUnitsOf } from '#store/unit-meter.ts';

export interface Borne {
  /** Of the largest item of each kind. */
  readonly itemBytesMax: { readonly [kind: string]: number };
  readonly items: { readonly [kind: string]: number };
  /** Write units that one partition key had to take within one second, by kind of item. */
  readonly partitionUnitsMax: { readonly [kind: string]: number };
}

export function noting(
  table: MemoryTable,
  now: () => number,
): { table: Table; borne: () => Borne } {
  const bytesMax = new Map<string, number>();
  const written = new Map<string, number>();
  const unitsMax = new Map<string, number>();
  let second = 0;
  let inSecond = new Map<string, number>();
  const note = (item: Item): void => {
    const kind = kindOf(item as { pk: string; sk: string });
    const bytes = sizeOf(item);
    bytesMax.set(kind, Math.max(bytesMax.get(kind) ?? 0, bytes));
    written.set(kind, (written.get(kind) ?? 0) + 1);
    const at = Math.floor(now() / 1_000);
    if (at !== second) inSecond = new Map();
    second = at;
    const place = `${kind} ${item.pk}`;
    const units = (inSecond.get(place) ?? 0) + writeUnitsOf(bytes);
    inSecond.set(place, units);
    unitsMax.set(kind, Math.max(unitsMax.get(kind) ?? 0, units));
  };
  return {
    table: {
      get: (key, options) => table.get(key, options),
      query: (query) => table.query(query),
      put: (item: Item, condition?: Condition) => {
        note(item);
        return table.put(item, condition);
      },
      update: (key, change, condition) => table.update(key, change, condition),
      delete: (key, condition) => table.delete(key, condition),
    },
    borne: () => ({
      itemBytesMax: Object.fromEntries(bytesMax),
      items: Object.fromEntries(written),
      partitionUnitsMax: Object.fromEntries(unitsMax),
    }),
  };
}
