// Random single-item operations from a seed: few keys, so that they meet.

import type { Attribute, Change, Condition, Item, Key, Query } from '#domain/ports.ts';

export type Operation =
  | { readonly kind: 'get'; readonly key: Key; readonly consistent: boolean }
  | { readonly kind: 'put'; readonly item: Item; readonly condition: Condition | undefined }
  | {
      readonly kind: 'update';
      readonly key: Key;
      readonly change: Change;
      readonly condition: Condition | undefined;
    }
  | { readonly kind: 'delete'; readonly key: Key; readonly condition: Condition | undefined }
  /** All pages of it. */
  | { readonly kind: 'query'; readonly query: Query };

export const partitions = ['B#one', 'B#two', 'B#one#W#3', 'V#2026-11-03#0', 'é'];
// No sort key from U+E000 to U+FFFF beside one above: dynalite compares the key that a page goes on
// after by UTF-16 units, DynamoDB by UTF-8 bytes.
const sorts = ['#', '000000002', '000000010', 'D#000000001', 'Z', 'a', '~', 'é', '😀'];
const shards = ['0', '1'];
const months = ['2026-11', '2026-12'];
const numbers = [-1e20, -3, -1.5, 0, 1e-5, 2, 10, 1_700_000_000_000, 1_700_000_000_000.25];
const names = ['revision', 'nonce', 'state', 'size', 'name', 'a-b', 'ü'];

/** A source of chance with one seed: mulberry32. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  is(probability: number): boolean {
    return this.fraction() < probability;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

export function randomOperation(chance: Chance): Operation {
  const roll = chance.fraction();
  const key = { pk: chance.of(partitions), sk: chance.of(sorts) };
  const condition = chance.is(0.6) ? randomCondition(chance, 2) : undefined;
  if (roll < 0.15) return { kind: 'get', key, consistent: chance.is(0.5) };
  if (roll < 0.45) {
    return { kind: 'put', item: { ...key, ...randomAttributes(chance, true) }, condition };
  }
  if (roll < 0.7) return { kind: 'update', key, change: randomChange(chance), condition };
  if (roll < 0.8) return { kind: 'delete', key, condition };
  return { kind: 'query', query: randomQuery(chance) };
}

function randomAttributes(chance: Chance, withIndexKeys: boolean) {
  const attributes: { [name: string]: Attribute } = {};
  for (const name of names) if (chance.is(0.4)) attributes[name] = randomValue(chance, 2);
  if (withIndexKeys) {
    if (chance.is(0.5)) attributes.dueShard = chance.of(shards);
    if (chance.is(0.5)) attributes.wakeAt = chance.of(numbers);
    if (chance.is(0.3)) attributes.month = chance.of(months);
    if (chance.is(0.3)) attributes.momentAt = chance.of(numbers);
  }
  return attributes;
}

function randomScalar(chance: Chance): Attribute {
  return chance.of<() => Attribute>([
    () => chance.of(['', 'a', 'Zoë 😀', 'x'.repeat(chance.below(2_000))]),
    () => chance.of(numbers),
    () => chance.below(4),
    () => chance.fraction() * 10 ** (chance.below(200) - 100),
    () => chance.is(0.5),
    () => null,
    () => Uint8Array.from({ length: chance.below(4) }, () => chance.below(256)),
  ])();
}

function randomValue(chance: Chance, depth: number): Attribute {
  const roll = chance.fraction();
  if (depth === 0 || roll < 0.8) return randomScalar(chance);
  const members = Array.from({ length: chance.below(4) }, () => randomValue(chance, depth - 1));
  if (roll < 0.9) return members;
  return Object.fromEntries(members.map((member, index) => [`m${index}`, member]));
}

function randomChange(chance: Chance): Change {
  const set = randomAttributes(chance, chance.is(0.5));
  const candidates = [...names, 'dueShard', 'wakeAt', 'month', 'momentAt'];
  const remove = candidates.filter((name) => !Object.hasOwn(set, name) && chance.is(0.2));
  return { ...(chance.is(0.9) ? { set } : {}), ...(chance.is(0.7) ? { remove } : {}) };
}

function randomCondition(chance: Chance, depth: number): Condition {
  const attribute = chance.of([...names, 'pk', 'sk', 'wakeAt']);
  const roll = chance.fraction();
  if (depth > 0 && roll < 0.3) {
    const length = 1 + chance.below(3);
    const of = Array.from({ length }, () => randomCondition(chance, depth - 1));
    return { kind: roll < 0.15 ? 'all' : 'any', of };
  }
  if (roll < 0.4) return { kind: 'item_absent' };
  if (roll < 0.5) return { kind: 'item_present' };
  if (roll < 0.65) return { kind: 'absent', attribute };
  if (roll < 0.8) return { kind: 'below', attribute, value: chance.of(numbers) };
  return { kind: 'equals', attribute, value: randomScalar(chance) };
}

function randomQuery(chance: Chance): Query {
  const base = {
    descending: chance.is(0.5),
    ...(chance.is(0.5) ? { limit: 1 + chance.below(4) } : {}),
  };
  if (chance.is(0.5)) {
    const consistent = chance.is(0.5);
    return { ...base, pk: chance.of(partitions), consistent, ...randomBounds(chance, sorts) };
  }
  const [index, pk] = chance.is(0.6)
    ? (['due', chance.of(shards)] as const)
    : (['calendar', chance.of(months)] as const);
  return { ...base, index, pk, ...randomBounds(chance, numbers) };
}

function randomBounds(chance: Chance, bounds: readonly (string | number)[]) {
  return {
    ...(chance.is(0.4) ? { from: chance.of(bounds) } : {}),
    ...(chance.is(0.4) ? { to: chance.of(bounds) } : {}),
  };
}
