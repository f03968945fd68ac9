// What an item may be and how big DynamoDB says it is: one walk answers both.

import { Fault } from '#domain/faults.ts';
import type { Attribute, Item } from '#domain/ports.ts';
import { indexes, table } from './table.ts';

/** DynamoDB's own limits, in bytes. */
const itemBytesMax = 400 * 1024;
const partitionKeyBytesMax = 2048;
const sortKeyBytesMax = 1024;
const indexKeyBytesMax = 2048;
const nestingMax = 32;
const numberMax = 1e126;
const numberMin = 1e-130;

/**
 * The size of an item in bytes as DynamoDB bills it: names and values in UTF-8, numbers one byte
 * for every two significant digits and one more, lists and maps three and one for every element.
 * Throws Fault `store_refused` for anything that the service would not take.
 * Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */
export function sizeOf(item: Item): number {
  checkKeyText(item.pk, table.partitionKey.name, partitionKeyBytesMax);
  checkKeyText(item.sk, table.sortKey.name, sortKeyBytesMax);
  for (const index of indexes) {
    checkIndexKey(item, index.partitionKey);
    checkIndexKey(item, index.sortKey);
  }
  const bytes = sizeOfEntries(item, 0);
  if (bytes > itemBytesMax) {
    throw refused(`item ${item.pk} ${item.sk} holds ${bytes} bytes, at most ${itemBytesMax}`);
  }
  return bytes;
}

/** Partition and sort key: text of at least one byte, at most 2,048 and 1,024. */
export function checkKey(key: { readonly pk: string; readonly sk: string }): void {
  checkKeyText(key.pk, table.partitionKey.name, partitionKeyBytesMax);
  checkKeyText(key.sk, table.sortKey.name, sortKeyBytesMax);
}

/** Names that every object of the language can carry as its own. */
export function isName(name: string): boolean {
  return name !== '' && name !== '__proto__';
}

export function refused(message: string, cause?: unknown): Fault {
  return new Fault('store_refused', message, { retryable: false, cause });
}

function checkKeyText(value: unknown, name: string, bytesMax: number): void {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    throw refused(`key attribute ${name} must be text of at least one character`);
  }
  // A character is at most three bytes, so short keys need no count.
  if (value.length * 3 > bytesMax && Buffer.byteLength(value) > bytesMax) {
    throw refused(`key attribute ${name} holds more than ${bytesMax} bytes`);
  }
}

function checkIndexKey(item: Item, key: { name: string; type: 'S' | 'N' }): void {
  const value = item[key.name];
  if (value === undefined) return;
  if (key.type === 'S') checkKeyText(value, key.name, indexKeyBytesMax);
  else if (typeof value !== 'number') throw refused(`index key ${key.name} must be a number`);
}

function sizeOfEntries(map: { readonly [name: string]: Attribute }, depth: number): number {
  let bytes = 0;
  for (const name in map) {
    if (!isName(name)) throw refused(`'${name}' cannot be the name of an attribute`);
    bytes += sizeOfText(name) + sizeOfAttribute(map[name], name, depth);
  }
  return bytes;
}

/** The size of one value; `name` is for the message only. */
export function sizeOfAttribute(value: Attribute | undefined, name: string, depth = 0): number {
  switch (typeof value) {
    case 'string':
      return sizeOfText(value);
    case 'number':
      return sizeOfNumber(value, name);
    case 'boolean':
      return 1;
    case 'object':
      return sizeOfObject(value, name, depth + 1);
    default:
      throw refused(`attribute ${name} is ${typeof value}, which the table cannot hold`);
  }
}

function sizeOfObject(
  value: null | Uint8Array | readonly Attribute[] | { readonly [name: string]: Attribute },
  name: string,
  depth: number,
): number {
  if (value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  if (depth > nestingMax) throw refused(`attribute ${name} is nested deeper than ${nestingMax}`);
  if (Array.isArray(value)) {
    let bytes = 3;
    for (const element of value) bytes += 1 + sizeOfAttribute(element, name, depth);
    return bytes;
  }
  const map = value as { readonly [name: string]: Attribute };
  return 3 + Object.keys(map).length + sizeOfEntries(map, depth);
}

function sizeOfText(text: string): number {
  if (!text.isWellFormed()) throw refused('text with half a surrogate pair cannot be stored');
  return Buffer.byteLength(text);
}

function sizeOfNumber(value: number, name: string): number {
  const size = Math.abs(value);
  if (!(size < numberMax) || (size < numberMin && size !== 0)) {
    throw refused(`attribute ${name} is ${value}, beyond what the table can hold`);
  }
  return 1 + Math.ceil(significantDigits(size) / 2) + (value < 0 ? 1 : 0);
}

function significantDigits(size: number): number {
  // Whole numbers without going through their text: nearly all there are.
  if (Number.isSafeInteger(size)) return digitsOfWhole(size);
  const digits = String(size).replace(/e.*$/, '').replace('.', '');
  return Math.max(1, digits.replace(/^0+/, '').replace(/0+$/, '').length);
}

function digitsOfWhole(size: number): number {
  let rest = size;
  while (rest !== 0 && rest % 10 === 0) rest /= 10;
  let digits = 1;
  for (let limit = 10; limit <= rest; limit *= 10) digits += 1;
  return digits;
}
