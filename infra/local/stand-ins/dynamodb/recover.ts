// Puts a table right that a kill left between two writes of dynalite.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import db, { type Level, type Store } from 'dynalite/db/index.js';

interface StoredTable {
  TableStatus: string;
  GlobalSecondaryIndexes?: { IndexStatus?: string }[];
}

/** Sorts after every character of a name. */
const LAST = '\u00ff';
const CLEAN = 'closed-cleanly';

/**
 * dynalite writes an item's index entries before the item, one by one, and opens a new table by a
 * timer. A kill in between loses an entry, leaves one over, or leaves the table `CREATING` for
 * good. So after anything but a clean stop the indexes are built anew from the items.
 * Cost: one pass over the items; nothing after a clean stop. Throws when the folder is in use.
 */
export async function recover(folder: string, tables: readonly string[]): Promise<void> {
  const mark = join(folder, CLEAN);
  const isClean = !existsSync(folder) || existsSync(mark);
  const store = db.create({ path: folder });
  await store.db.open().catch((cause: unknown) => {
    throw new Error(`${folder} is in use by another runtime`, { cause });
  });
  rmSync(mark, { force: true });
  if (!isClean) for (const table of tables) await recoverTable(store, table);
  await store.db.close();
}

export function markClean(folder: string): void {
  writeFileSync(join(folder, CLEAN), '');
}

async function recoverTable(store: Store, name: string): Promise<void> {
  const table = (await store.db.get(`table~${name}`)) as StoredTable | undefined;
  if (!table) return;
  if (table.TableStatus !== 'ACTIVE') await activate(store.db, name, table);
  const entries = `index-global~${name}~`;
  await store.db.clear({ gte: entries, lt: `${entries}${LAST}` });
  const items = `item-${name}~`;
  for await (const [, item] of store.db.iterator({ gte: items, lt: `${items}${LAST}` })) {
    await new Promise<void>((resolve, reject) => {
      db.updateIndexes(store, table, undefined, item, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
}

async function activate(level: Level, name: string, table: StoredTable): Promise<void> {
  table.TableStatus = 'ACTIVE';
  for (const index of table.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
  await level.put(`table~${name}`, table);
}
