// Link tables in the function's memory, so that a click costs no read.

import type { Table } from '#domain/ports.ts';
import { type LinkTable, loadLinkTable } from '#store/link-tables.ts';

const KNOWN_FOR_MS = 60_000;
/** A burst that is not there may be prepared at any moment. */
const UNKNOWN_FOR_MS = 2_000;
const BURSTS_MAX = 1_000;

interface Kept {
  readonly links: LinkTable | undefined;
  readonly until: number;
}

/**
 * The table of a burst: from memory for a minute (a corrected link has to count soon), then read anew; a stale one is used on while
 * the store does not answer. Throws only where nothing is known and the store cannot be read.
 */
export function createLinkTableCache(table: Pick<Table, 'get'>, now: () => number) {
  const kept = new Map<string, Kept>();
  return async (burst: string): Promise<LinkTable | undefined> => {
    const known = kept.get(burst);
    if (known && now() < known.until) return known.links;
    let links: LinkTable | undefined;
    try {
      links = await loadLinkTable(table, burst);
    } catch (error) {
      if (!known?.links) throw error;
      links = known.links;
    }
    const oldest = kept.keys().next();
    if (kept.size >= BURSTS_MAX && !oldest.done) kept.delete(oldest.value);
    kept.set(burst, { links, until: now() + (links ? KNOWN_FOR_MS : UNKNOWN_FOR_MS) });
    return links;
  };
}
