// The table as one node reaches it: MemoryTable behind latency, lost answers and old reads.

import { Fault } from '#domain/faults.ts';
import type { Change, Condition, Item, Key, Page, Query, Table, Written } from '#domain/ports.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { type SimNode, storeUnanswered } from './node.ts';
import type { Schedule } from './schedule.ts';
import type { Stream } from './stream.ts';

const LATENCY_MS = 5;
/** What a client waits for an answer of the table. */
const TIMEOUT_MS = 2_000;

/** The one table of a world, with copies that lag behind it. */
export class SimStore {
  readonly table: MemoryTable;
  /** Which kinds of old answers were given. */
  readonly notes = new Set<string>();
  readonly #schedule: Schedule;
  /** What eventually consistent reads see, when they may be old. */
  #old: { readonly table: MemoryTable; readonly lagMs: number } | undefined;
  /** What the indexes see, when they lag. */
  #index: { readonly table: MemoryTable; readonly lagMs: number } | undefined;

  constructor(schedule: Schedule, audiences: Iterable<MemoryTable> = []) {
    this.#schedule = schedule;
    this.table = new MemoryTable();
    for (const audience of audiences) this.table.adopt(audience);
  }

  lag(lags: { readonly readMs?: number; readonly indexMs?: number }): void {
    const { table } = this;
    if (lags.readMs !== undefined) this.#old = { table: table.clone(), lagMs: lags.readMs };
    if (lags.indexMs !== undefined) this.#index = { table: table.clone(), lagMs: lags.indexMs };
  }

  /** While set, most calls are throttled: this share of them. */
  hot: { readonly chance: Stream; readonly share: number } | undefined;

  get isThrottling(): boolean {
    return this.hot?.chance.chance(this.hot.share) === true;
  }

  heal(): void {
    this.hot = undefined;
    this.#old = undefined;
    this.#index = undefined;
  }

  reader(consistent: boolean | undefined, index: string | undefined): MemoryTable {
    const copy = index === undefined ? (consistent ? undefined : this.#old) : this.#index;
    if (!copy) return this.table;
    this.notes.add(index === undefined ? 'an old read' : 'the index lagged');
    return copy.table;
  }

  /** Carries a write to the copies, each after its own lag; a constant lag keeps the order. */
  async replicate(key: Key): Promise<void> {
    if (!this.#old && !this.#index) return;
    const { pk, sk } = key;
    const item = await this.table.get({ pk, sk }, { consistent: true });
    for (const copy of [this.#old, this.#index]) {
      if (!copy) continue;
      const carry = () => void (item ? copy.table.put(item) : copy.table.delete({ pk, sk }));
      this.#schedule.after(copy.lagMs, carry, false);
    }
  }
}

/** One node's client of the table. */
export class SimTable implements Table {
  readonly #node: SimNode;
  readonly #store: SimStore;

  constructor(node: SimNode, store: SimStore) {
    this.#node = node;
    this.#store = store;
  }

  get(key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined> {
    return this.#call('get', `get ${key.pk} ${key.sk}`, false, () =>
      this.#store.reader(options?.consistent, undefined).get(key, options),
    );
  }

  query(query: Query): Promise<Page> {
    const what = `query ${query.index ?? ''} ${query.pk} ${query.from ?? ''}`;
    return this.#call('query', what, false, () =>
      this.#store.reader(query.consistent, query.index).query(query),
    );
  }

  put(item: Item, condition?: Condition): Promise<Written> {
    return this.#write('put', item, () => this.#store.table.put(item, condition));
  }

  update(key: Key, change: Change, condition?: Condition): Promise<Written> {
    return this.#write('update', key, () => this.#store.table.update(key, change, condition));
  }

  delete(key: Key, condition?: Condition): Promise<Written> {
    return this.#write('delete', key, () => this.#store.table.delete(key, condition));
  }

  #write(verb: string, key: Key, write: () => Promise<Written>): Promise<Written> {
    return this.#call(verb, `${verb} ${key.pk} ${key.sk}`, true, async () => {
      const written = await write();
      if (written.kind === 'written') await this.#store.replicate(key);
      return written;
    });
  }

  #call<R>(verb: string, what: string, isWrite: boolean, apply: () => Promise<R>): Promise<R> {
    const throttled = () =>
      new Fault('store_throttled', 'the table throttled', { retryable: true });
    return this.#node.call({
      port: 'table',
      verb,
      what,
      isWrite,
      latencyMs: LATENCY_MS,
      timeoutMs: TIMEOUT_MS,
      apply: () => (this.#store.isThrottling ? Promise.reject(throttled()) : apply()),
      unanswered: storeUnanswered,
      refused: throttled,
    });
  }
}
