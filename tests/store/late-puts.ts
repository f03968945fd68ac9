// A table whose first put under some keys has no answer and takes effect when the test says so.

import { Fault } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';

export interface LatePuts {
  readonly table: Table;
  /** Those puts arrive now, each with the condition it was sent with. */
  arrive(): Promise<void>;
}

/** Every key that begins so is held up once. */
export function latePuts(inner: Table, prefix: string): LatePuts {
  const seen = new Set<string>();
  const late: (() => Promise<unknown>)[] = [];
  return {
    table: {
      get: (key, options) => inner.get(key, options),
      query: (query) => inner.query(query),
      update: (key, change, condition) => inner.update(key, change, condition),
      delete: (key, condition) => inner.delete(key, condition),
      put: (item, condition) => {
        const name = `${item.pk} ${item.sk}`;
        if (!item.pk.startsWith(prefix) || seen.has(name)) return inner.put(item, condition);
        seen.add(name);
        late.push(() => inner.put(item, condition));
        throw new Fault('store_unanswered', 'no answer', { retryable: true });
      },
    },
    arrive: async () => {
      for (const put of late) await put();
    },
  };
}
