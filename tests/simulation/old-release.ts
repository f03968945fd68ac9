// The table as code of the release before reaches it: it knows no deeds on a header, writes none,
// and refuses a header that has some, as every strict schema does with what it does not know.

import { Fault } from '#domain/faults.ts';
import type { Item, Table } from '#domain/ports.ts';

/** @param onRefused told whenever old code met what only new code writes */
export function asOldRelease(table: Table, onRefused: () => void): Table {
  return {
    get: async (key, options) => {
      const item = await table.get(key, options);
      if (item?.deeds === undefined) return item;
      onRefused();
      const message = `item ${key.pk} ${key.sk} cannot be read: the whole: deeds is not known`;
      throw new Fault('store_corrupt', message, { retryable: false });
    },
    query: (query) => table.query(query),
    put: (item, condition) => table.put(withoutDeeds(item), condition),
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}

function withoutDeeds(item: Item): Item {
  if (item.deeds === undefined) return item;
  const { deeds: _new, ...old } = item;
  return old as Item;
}
