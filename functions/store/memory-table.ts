// The table in memory: the same conditions, limits, page borders and units as DynamoDB's.

import type {
  Attribute,
  Change,
  Condition,
  Item,
  Key,
  Page,
  Query,
  Table,
  Written,
} from '#domain/ports.ts';
import {
  checkChange,
  checkCondition,
  checkQuery,
  compareKeys,
  isEmptyStretch,
} from './check-request.ts';
import { holds } from './conditions.ts';
import { checkKey, sizeOf } from './item-size.ts';
import { kindOf } from './keys.ts';
import { type Kept, SortedList } from './sorted-list.ts';
import { type Index, indexes } from './table.ts';
import { readUnitsOf, UnitMeter, writeUnitsOf } from './unit-meter.ts';

const PAGE_BYTES_MAX = 1024 * 1024;

/** Deterministic: same calls in the same order, same answers. What it keeps and answers is frozen. */
export class MemoryTable implements Table {
  readonly meter = new UnitMeter();
  readonly #partitions = new Map<string, SortedList>();
  readonly #indexes = new Map(indexes.map((index) => [index.name, new Map<string, SortedList>()]));

  constructor(items: readonly Item[] = []) {
    for (const item of items) {
      this.#keep(copy(item) as Item, sizeOf(item));
      for (const index of indexes) this.#move(index, undefined, item);
    }
    this.meter.reset();
  }

  /** Another table with the same items, which costs no copy of any of them: kept ones never change. */
  clone(): MemoryTable {
    const other = new MemoryTable();
    other.adopt(this);
    return other;
  }

  /** Takes all items of another table that holds none of this one's partitions. */
  adopt(other: MemoryTable): void {
    for (const [pk, list] of other.#partitions) {
      this.#partitions.set(pk, new SortedList(list.all()));
    }
    for (const index of indexes) {
      const own = this.#indexes.get(index.name);
      for (const [shard, list] of other.#indexes.get(index.name) ?? []) {
        const all = own?.get(shard) ?? new SortedList();
        for (const entry of list.all()) all.set(entry);
        own?.set(shard, all);
      }
    }
  }

  async get(key: Key, options: { readonly consistent?: boolean } = {}): Promise<Item | undefined> {
    checkKey(key);
    const kept = this.#find(key);
    const units = readUnitsOf(kept?.bytes ?? 0, options.consistent ?? false);
    this.meter.read(kindOf(key), units);
    return kept && answerOf(kept.item);
  }

  async put(item: Item, condition?: Condition): Promise<Written> {
    const bytes = sizeOf(item);
    const before = this.#find(item);
    if (!this.#allows(item, before, condition)) return { kind: 'condition_failed' };
    return this.#replace(before, copy(item) as Item, bytes);
  }

  async update(key: Key, change: Change, condition?: Condition): Promise<Written> {
    checkKey(key);
    checkChange(change);
    const before = this.#find(key);
    if (!this.#allows(key, before, condition)) return { kind: 'condition_failed' };
    const next: { [name: string]: Attribute } = { ...before?.item, pk: key.pk, sk: key.sk };
    for (const name in change.set) next[name] = copy(change.set[name] as Attribute);
    for (const name of change.remove ?? []) delete next[name];
    const item = Object.freeze(next) as Item;
    return this.#replace(before, item, sizeOf(item));
  }

  async delete(key: Key, condition?: Condition): Promise<Written> {
    checkKey(key);
    const before = this.#find(key);
    if (!this.#allows(key, before, condition)) return { kind: 'condition_failed' };
    this.meter.write(kindOf(key), writeUnitsOf(before?.bytes ?? 0));
    if (!before) return { kind: 'written' };
    const partition = this.#partitions.get(key.pk);
    partition?.remove(before);
    if (partition?.size === 0) this.#partitions.delete(key.pk);
    for (const index of indexes) this.#move(index, before.item, undefined);
    return { kind: 'written' };
  }

  async query(query: Query): Promise<Page> {
    const { index, sort } = checkQuery(query);
    if (isEmptyStretch(query)) return { items: [] };
    const partitions = index ? this.#indexes.get(index.name) : this.#partitions;
    const list = partitions?.get(query.pk);
    const { from, to, descending = false } = query;
    const after = query.after && { sort: query.after[sort] as string | number, item: query.after };
    const items: Item[] = [];
    let bytes = 0;
    let isFull = false;
    for (const kept of list?.range({ from, to, after, descending }) ?? []) {
      if (isFull) break;
      items.push(answerOf(kept.item));
      bytes += kept.bytes;
      isFull = items.length === query.limit || bytes >= PAGE_BYTES_MAX;
    }
    const kind = index?.name ?? kindOf({ pk: query.pk, sk: items[0]?.sk ?? String(from ?? '') });
    this.meter.read(kind, readUnitsOf(bytes, query.consistent ?? false));
    const last = items.at(-1);
    return isFull && last ? { items, next: keyOf(last, index) } : { items };
  }

  /** Every item, by partition and sort key: the state of the world at this point. */
  snapshot(): Item[] {
    const partitions = [...this.#partitions].sort(([a], [b]) => compareKeys(a, b));
    return partitions.flatMap(([, list]) => list.all().map((kept) => answerOf(kept.item)));
  }

  /** Judges the condition; a failed one costs a write of the item as it stands. */
  #allows(key: Key, before: Kept | undefined, condition: Condition | undefined): boolean {
    if (!condition) return true;
    checkCondition(condition);
    if (holds(condition, before?.item)) return true;
    this.meter.write(kindOf(key), writeUnitsOf(before?.bytes ?? 0));
    return false;
  }

  #replace(before: Kept | undefined, item: Item, bytes: number): Written {
    this.meter.write(kindOf(item), writeUnitsOf(Math.max(bytes, before?.bytes ?? 0)));
    this.#keep(item, bytes);
    for (const index of indexes) this.#move(index, before?.item, item);
    return { kind: 'written' };
  }

  #find(key: Key): Kept | undefined {
    return this.#partitions.get(key.pk)?.find({ sort: key.sk, item: key });
  }

  #keep(item: Item, bytes: number): void {
    const list = this.#partitions.get(item.pk) ?? new SortedList();
    this.#partitions.set(item.pk, list);
    list.set({ sort: item.sk, item, bytes });
  }

  /** Index entries move only when a projected key changes: one unit to take out, one to put in. */
  #move(index: Index, before: Item | undefined, after: Item | undefined): void {
    if (isSameEntry(index, before, after)) return;
    const [old, fresh] = [entryOf(index, before), entryOf(index, after)];
    const partition = index.partitionKey.name;
    const partitions = this.#indexes.get(index.name) ?? new Map<string, SortedList>();
    if (old) {
      partitions.get(old.item[partition] as string)?.remove(old);
      this.meter.write(kindOf(old.item), writeUnitsOf(old.bytes));
    }
    if (fresh) {
      const shard = fresh.item[partition] as string;
      const list = partitions.get(shard) ?? new SortedList();
      partitions.set(shard, list);
      list.set(fresh);
      this.meter.write(kindOf(fresh.item), writeUnitsOf(fresh.bytes));
    }
  }
}

function isSameEntry(index: Index, before: Item | undefined, after: Item | undefined): boolean {
  const { partitionKey, sortKey } = index;
  return (
    before?.[partitionKey.name] === after?.[partitionKey.name] &&
    before?.[sortKey.name] === after?.[sortKey.name]
  );
}

/** The projection of an item into an index; undefined when it lacks one of the two keys. */
function entryOf(index: Index, item: Item | undefined): Kept | undefined {
  const shard = item?.[index.partitionKey.name];
  const sort = item?.[index.sortKey.name];
  if (!item || shard === undefined || sort === undefined) return undefined;
  const entry = keyOf(item, index);
  return { sort: sort as string | number, item: entry, bytes: sizeOf(entry) };
}

function keyOf(item: Item, index: Index | undefined): Item {
  const key = { pk: item.pk, sk: item.sk };
  if (!index) return key;
  const names = [index.partitionKey.name, index.sortKey.name];
  return { ...key, ...Object.fromEntries(names.map((name) => [name, item[name] as Attribute])) };
}

/** The kept item itself; one with bytes, which nothing can freeze, with its own copy of them. */
function answerOf(kept: Item): Item {
  let fresh: ({ [name: string]: Attribute } & Item) | undefined;
  for (const name in kept) {
    const value = kept[name];
    if (!(value instanceof Uint8Array)) continue;
    fresh ??= { ...kept };
    fresh[name] = Uint8Array.from(value);
  }
  return fresh ?? kept;
}

/** Frozen all through, bytes excepted. */
function copy(value: Attribute): Attribute {
  if (typeof value === 'number') return value === 0 ? 0 : value; // there is no negative zero
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return Object.freeze(value.map(copy));
  const map = value as { readonly [name: string]: Attribute };
  const fresh: { [name: string]: Attribute } = {};
  for (const name in map) fresh[name] = copy(map[name] as Attribute);
  return Object.freeze(fresh);
}
