// What both renderings of the table refuse, so that neither takes what the other would not.

import type { Attribute, Change, Condition, Key, Query } from '#domain/ports.ts';
import { isName, refused, sizeOfAttribute } from './item-size.ts';
import { type Index, indexes, table } from './table.ts';

/** The keys a query runs over: those of the table or of the index it names. */
export interface QueryKeys {
  readonly index: Index | undefined;
  readonly partition: string;
  readonly sort: string;
  readonly sortType: 'S' | 'N';
}

const tableKeys: QueryKeys = {
  index: undefined,
  partition: table.partitionKey.name,
  sort: table.sortKey.name,
  sortType: table.sortKey.type,
};

/** Throws Fault `store_refused` for a query no table would answer. */
export function checkQuery(query: Query): QueryKeys {
  const keys = query.index === undefined ? tableKeys : keysOfIndex(query.index);
  if (keys.index && query.consistent) {
    throw refused(`index ${keys.index.name} cannot be read consistently`);
  }
  checkBound(query.pk, 'S', keys.partition);
  for (const bound of [query.from, query.to]) {
    if (bound !== undefined) checkBound(bound, keys.sortType, keys.sort);
  }
  const { limit } = query;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw refused(`a page holds at least one item, not ${limit}`);
  }
  if (query.after) checkAfter(query.after, query, keys);
  return keys;
}

/** True when no sort key can lie in [from, to]; such a query is answered without asking. */
export function isEmptyStretch(query: Query): boolean {
  const { from, to } = query;
  return from !== undefined && to !== undefined && compareKeys(from, to) > 0;
}

/** Numbers by value, text by its UTF-8 bytes, as the table sorts them. */
export function compareKeys(a: string | number, b: string | number): number {
  if (a === b) return 0;
  if (typeof a === 'number' || typeof b === 'number') return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** UTF-16 puts pairs of surrogates before U+E000 and above; UTF-8 puts them last. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}

/** Throws Fault `store_refused` for a condition that says nothing or compares lists or maps. */
export function checkCondition(condition: Condition): void {
  switch (condition.kind) {
    case 'item_absent':
    case 'item_present':
      return;
    case 'all':
    case 'any':
      if (condition.of.length === 0) throw refused(`a condition '${condition.kind}' of nothing`);
      for (const part of condition.of) checkCondition(part);
      return;
    case 'absent':
      checkName(condition.attribute);
      return;
    default:
      checkName(condition.attribute);
      if (!isScalar(condition.value)) {
        throw refused(`a condition on ${condition.attribute} compares a list or a map`);
      }
      sizeOfAttribute(condition.value, condition.attribute);
  }
}

function isScalar(value: Attribute): boolean {
  return typeof value !== 'object' || value === null || value instanceof Uint8Array;
}

/** Throws Fault `store_refused` for a change of a key or of one attribute in two ways. */
export function checkChange(change: Change): void {
  const set = change.set ?? {};
  for (const name of [...Object.keys(set), ...(change.remove ?? [])]) {
    checkName(name);
    if (name === table.partitionKey.name || name === table.sortKey.name) {
      throw refused(`key attribute ${name} cannot be changed`);
    }
  }
  const removed = new Set(change.remove);
  if (removed.size !== (change.remove?.length ?? 0)) throw refused('an attribute is removed twice');
  for (const name of removed) {
    if (Object.hasOwn(set, name)) throw refused(`attribute ${name} is both set and removed`);
  }
}

function checkName(name: string): void {
  if (!isName(name)) throw refused(`'${name}' cannot be the name of an attribute`);
}

function keysOfIndex(name: string): QueryKeys {
  const index = indexes.find((one) => one.name === name);
  if (!index) throw refused(`the table has no index ${name}`);
  return {
    index,
    partition: index.partitionKey.name,
    sort: index.sortKey.name,
    sortType: index.sortKey.type,
  };
}

function checkBound(bound: string | number, type: 'S' | 'N', name: string): void {
  if (typeof bound !== (type === 'S' ? 'string' : 'number') || bound === '') {
    throw refused(`${name} is compared with ${JSON.stringify(bound)}, which is not of its type`);
  }
  sizeOfAttribute(bound, name);
}

function checkAfter(
  after: Key & { readonly [name: string]: Attribute },
  query: Query,
  keys: QueryKeys,
): void {
  const at = after[keys.sort];
  const isKey =
    typeof after.pk === 'string' &&
    typeof after.sk === 'string' &&
    after[keys.partition] === query.pk &&
    typeof at === (keys.sortType === 'S' ? 'string' : 'number');
  if (!isKey) throw refused(`a query of ${query.pk} cannot go on after a key of another`);
  const { from, to } = query;
  const position = at as string | number;
  const isBefore = from !== undefined && compareKeys(position, from) < 0;
  const isBeyond = to !== undefined && compareKeys(position, to) > 0;
  if (isBefore || isBeyond) throw refused(`a query of ${query.pk} cannot go on outside its bounds`);
}
