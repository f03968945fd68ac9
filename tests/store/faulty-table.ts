// A table whose puts and reads fail by script: the effect before, after or apart from the answer.

import { Fault } from '#domain/faults.ts';
import type { Item, Table, Written } from '#domain/ports.ts';

export type PutFault =
  | 'none'
  /** No effect, no answer. */
  | 'lost_before'
  /** Effect, but no answer. */
  | 'lost_after'
  /** No answer; the effect comes after the next read has been answered. */
  | 'late'
  /** No answer; the effect comes after the next put that takes effect or fails its condition. */
  | 'very_late'
  | 'throttled'
  | 'refused';

export interface FaultyTable extends Table {
  /** Items whose put took effect, in order. */
  readonly effects: Item[];
  readonly puts: number;
}

/** Faults are taken one a put and one a get, in order; then there are none. */
export function faultyTable(
  inner: Table,
  script: {
    readonly puts?: readonly PutFault[];
    readonly reads?: readonly boolean[];
    /** Runs between a put and the read after it. */
    readonly afterPut?: () => Promise<unknown>;
  },
): FaultyTable {
  const putFaults = [...(script.puts ?? [])];
  const readFaults = [...(script.reads ?? [])];
  const effects: Item[] = [];
  let afterRead: (() => Promise<unknown>)[] = [];
  let afterPut: (() => Promise<unknown>)[] = [];
  let puts = 0;

  const run = async (pending: (() => Promise<unknown>)[]) => {
    for (const effect of pending) await effect();
  };

  return {
    effects,
    get puts() {
      return puts;
    },
    query: (query) => inner.query(query),
    update: (key, change, condition) => inner.update(key, change, condition),
    delete: (key, condition) => inner.delete(key, condition),

    async get(key, options) {
      if (readFaults.shift()) throw unanswered();
      const item = await inner.get(key, options);
      const pending = afterRead;
      afterRead = [];
      await run(pending);
      return item;
    },

    async put(item, condition): Promise<Written> {
      puts += 1;
      const fault = putFaults.shift() ?? 'none';
      const take = async () => {
        const written = await inner.put(item, condition);
        if (written.kind === 'written') effects.push(item);
        return written;
      };
      if (fault === 'throttled') throw new Fault('store_throttled', 'slow', { retryable: true });
      if (fault === 'refused') throw new Fault('store_refused', 'no', { retryable: false });
      if (fault === 'late') afterRead.push(take);
      if (fault === 'very_late') afterPut.push(take);
      if (fault === 'none' || fault === 'lost_after') {
        const written = await take();
        const pending = afterPut;
        afterPut = [];
        await run(pending);
        if (fault === 'none') return written;
      }
      await script.afterPut?.();
      throw unanswered();
    },
  };
}

function unanswered(): Fault {
  return new Fault('store_unanswered', 'no answer', { retryable: true });
}
