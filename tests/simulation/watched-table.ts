// What one try of an order met with at the table.

import type { Change, Condition, Item, Key, Page, Query, Table, Written } from '#domain/ports.ts';

export class WatchedTable implements Table {
  /** Every call had its answer. */
  isClear = true;
  /** The header of the burst was written by this very try. */
  hasWrittenHeader = false;
  readonly #table: Table;
  readonly #burst: string;

  constructor(table: Table, burst: string) {
    this.#table = table;
    this.#burst = burst;
  }

  get(key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined> {
    return this.#watched(this.#table.get(key, options));
  }

  query(query: Query): Promise<Page> {
    return this.#watched(this.#table.query(query));
  }

  async put(item: Item, condition?: Condition): Promise<Written> {
    const written = await this.#watched(this.#table.put(item, condition));
    const isHeader = item.pk === `B#${this.#burst}` && item.sk === '#';
    if (isHeader && written.kind === 'written') this.hasWrittenHeader = true;
    return written;
  }

  update(key: Key, change: Change, condition?: Condition): Promise<Written> {
    return this.#watched(this.#table.update(key, change, condition));
  }

  delete(key: Key, condition?: Condition): Promise<Written> {
    return this.#watched(this.#table.delete(key, condition));
  }

  #watched<R>(calling: Promise<R>): Promise<R> {
    return calling.catch((error: unknown) => {
      this.isClear = false;
      throw error;
    });
  }
}
