// Reads are safe to repeat: one lost answer must not undo a preparation of forty reads.

import { Fault } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';

const TRIES = 3;
const PAUSE_MS = 30;

/** The same table; a read that got no answer or was throttled is tried three times in all. */
export function repeatReads(table: Table, sleep: (milliseconds: number) => Promise<void>): Table {
  const again = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await read();
      } catch (error) {
        const isPassing =
          error instanceof Fault &&
          (error.code === 'store_unanswered' || error.code === 'store_throttled');
        if (!isPassing || attempt === TRIES) throw error;
        await sleep(PAUSE_MS * attempt);
      }
    }
  };
  return {
    get: (key, options) => again(() => table.get(key, options)),
    query: (query) => again(() => table.query(query)),
    put: (item, condition) => table.put(item, condition),
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}
