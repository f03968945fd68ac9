// What SES's own events say of single recipients: the only proof that settles a doubt.

import type { Facts } from '#domain/facts.ts';
import { marks } from '#domain/facts.ts';
import { depthOf, LEAF_ORDINALS, leafPath } from '#domain/facts-place.ts';
import type { Table } from '#domain/ports.ts';
import { loadNode } from '#store/facts.ts';

export type Proof = 'accepted' | 'refused';

/** Reads each leaf of the tree of facts at most once. */
export class Evidence {
  readonly #table: Table;
  readonly #burst: string;
  readonly #depth: number;
  readonly #leaves = new Map<string, Promise<ReadonlyMap<string, Facts>>>();

  constructor(table: Table, burst: string, recipients: number) {
    this.#table = table;
    this.#burst = burst;
    this.#depth = depthOf(recipients);
  }

  /** What is proven of an ordinal; undefined is silence, which proves nothing. */
  async proof(ordinal: number): Promise<Proof | undefined> {
    const facts = (await this.#leaf(ordinal)).get(String(ordinal));
    if (!facts) return undefined;
    const hasLeft =
      facts.sentBits !== 0 ||
      facts.deliveredAt !== undefined ||
      (facts.marks & (marks.bounced | marks.complained | marks.deferred)) !== 0;
    if (hasLeft) return 'accepted';
    return facts.refusedBits === 0 ? undefined : 'refused';
  }

  #leaf(ordinal: number): Promise<ReadonlyMap<string, Facts>> {
    const path = leafPath(ordinal, this.#depth);
    const known = this.#leaves.get(path);
    if (known !== undefined) return known;
    const loading = this.#load(path);
    this.#leaves.set(path, loading);
    return loading;
  }

  async #load(path: string): Promise<ReadonlyMap<string, Facts>> {
    const node = await loadNode(this.#table, this.#burst, 'o', path);
    return node?.kind === 'leaf' ? node.facts : new Map();
  }
}

/**
 * The share of proven ones among recipients known to be accepted, in the leaves around the given
 * ordinals; undefined where there is nobody to judge by.
 */
export async function arrivedShare(
  evidence: Evidence,
  ordinals: readonly number[],
  isAccepted: (ordinal: number) => boolean,
): Promise<number | undefined> {
  let accepted = 0;
  let proven = 0;
  for (const ordinal of neighbours(ordinals)) {
    if (!isAccepted(ordinal)) continue;
    accepted += 1;
    if ((await evidence.proof(ordinal)) !== undefined) proven += 1;
  }
  return accepted === 0 ? undefined : proven / accepted;
}

/** All ordinals of the leaves that hold the given ones, and of the leaves next to them. */
function* neighbours(ordinals: readonly number[]): Generator<number> {
  const leaves = new Set<number>();
  for (const ordinal of ordinals) {
    const leaf = Math.floor(ordinal / LEAF_ORDINALS);
    for (const near of [leaf - 1, leaf, leaf + 1]) if (near >= 0) leaves.add(near);
  }
  for (const leaf of leaves) {
    for (let place = 0; place < LEAF_ORDINALS; place += 1) yield leaf * LEAF_ORDINALS + place;
  }
}
