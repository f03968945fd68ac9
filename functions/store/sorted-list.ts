// Items in the order of their sort key: binary search, insertion in place.

import type { Item, Key } from '#domain/ports.ts';
import { compareKeys } from './check-request.ts';

/** An item or an index entry as it is kept. */
export interface Kept {
  readonly sort: string | number;
  readonly item: Item;
  readonly bytes: number;
}

/** Where an element would stand; index entries with equal sort keys stand by table key. */
export interface Place {
  readonly sort: string | number;
  readonly item: Key;
}

export interface Range {
  /** Both ends included. */
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
  /** Start strictly behind this place, in the direction of travel. */
  readonly after?: Place | undefined;
  readonly descending?: boolean | undefined;
}

export class SortedList {
  readonly #kept: Kept[];

  constructor(kept: readonly Kept[] = []) {
    this.#kept = [...kept];
  }

  get size(): number {
    return this.#kept.length;
  }

  all(): readonly Kept[] {
    return this.#kept;
  }

  find(place: Place): Kept | undefined {
    const kept = this.#kept[this.#firstWhere((one) => compare(one, place) >= 0)];
    return kept && compare(kept, place) === 0 ? kept : undefined;
  }

  /** Puts an element in its place, instead of the one that stands there. */
  set(kept: Kept): void {
    const index = this.#firstWhere((one) => compare(one, kept) >= 0);
    const old = this.#kept[index];
    const isReplaced = old !== undefined && compare(old, kept) === 0;
    if (isReplaced) this.#kept[index] = kept;
    else if (index === this.#kept.length) this.#kept.push(kept);
    else this.#kept.splice(index, 0, kept);
  }

  remove(place: Place): void {
    const index = this.#firstWhere((one) => compare(one, place) >= 0);
    const kept = this.#kept[index];
    if (kept && compare(kept, place) === 0) this.#kept.splice(index, 1);
  }

  *range({ from, to, after, descending }: Range): Generator<Kept> {
    let first =
      from === undefined ? 0 : this.#firstWhere((one) => compareKeys(one.sort, from) >= 0);
    let end =
      to === undefined
        ? this.#kept.length
        : this.#firstWhere((one) => compareKeys(one.sort, to) > 0);
    if (after && descending) end = this.#firstWhere((one) => compare(one, after) >= 0);
    else if (after) first = this.#firstWhere((one) => compare(one, after) > 0);
    if (descending) {
      for (let index = end - 1; index >= first; index -= 1) yield this.#kept[index] as Kept;
    } else {
      for (let index = first; index < end; index += 1) yield this.#kept[index] as Kept;
    }
  }

  /** The first index from which on `isBeyond` holds. */
  #firstWhere(isBeyond: (kept: Kept) => boolean): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBeyond(this.#kept[middle] as Kept)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function compare(a: Place, b: Place): number {
  return (
    compareKeys(a.sort, b.sort) ||
    compareKeys(a.item.pk, b.item.pk) ||
    compareKeys(a.item.sk, b.item.sk)
  );
}
