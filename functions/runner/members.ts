// The members of a window, from the manifest's chunks, with the call that chance gave to each.

import type { Addressee } from '#channels/contract.ts';
import { callOf, DRAW_BLOCK, drawBlock } from '#domain/draw.ts';
import { allocationOf, type ManifestHead, rangeOf } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { loadManifestChunk } from '#store/manifests.ts';

/** One recipient as a call needs it; the digest is what the change log names people by. */
export interface Candidate extends Addressee {
  readonly digest: string;
  /** IANA, where known. */
  readonly zone?: string;
}

/** Reads each chunk once and keeps the few that open windows stand in. */
export class Members {
  readonly #table: Table;
  #head: ManifestHead;
  readonly #key: string;
  readonly #chunks = new Map<number, Promise<readonly Candidate[]>>();
  #block = -1;
  #draws: Float64Array = new Float64Array();

  constructor(table: Table, head: ManifestHead, suppressionKey: string) {
    this.#table = table;
    this.#head = head;
    this.#key = suppressionKey;
  }

  /** The head as it stands: a wave's allocation is stored while others are being sent. */
  get head(): ManifestHead {
    return this.#head;
  }

  /** The same freeze with more allocations; calls of waves that had none are drawn from now on. */
  adopt(head: ManifestHead): void {
    if (head.revision === this.#head.revision) return;
    this.#head = head;
    this.#chunks.clear();
  }

  /** The candidates of [from, to), ascending by ordinal. */
  async range(from: number, to: number): Promise<Candidate[]> {
    const size = this.#head.chunkRecipients;
    const found: Candidate[] = [];
    for (let chunk = Math.floor(from / size); chunk * size < to; chunk += 1) {
      for (const candidate of await this.#chunk(chunk)) {
        if (candidate.ordinal >= from && candidate.ordinal < to) found.push(candidate);
      }
    }
    return found;
  }

  #chunk(chunk: number): Promise<readonly Candidate[]> {
    const known = this.#chunks.get(chunk);
    if (known !== undefined) return known;
    const loading = this.#load(chunk);
    this.#chunks.set(chunk, loading);
    // A failed read must not be remembered.
    loading.catch(() => this.#chunks.delete(chunk));
    if (this.#chunks.size > 80) {
      const oldest = this.#chunks.keys().next().value;
      if (oldest !== undefined) this.#chunks.delete(oldest);
    }
    return loading;
  }

  async #load(chunk: number): Promise<readonly Candidate[]> {
    const { burst, freeze } = this.#head;
    const members = await loadManifestChunk(this.#table, burst, freeze, chunk);
    return members.map(({ ordinal, address, fields, zone }) => {
      const candidate = {
        ordinal,
        address,
        fields,
        digest: addressDigest(address, this.#key),
        call: this.#call(ordinal),
        attempt: 1,
      };
      return zone === undefined ? candidate : { ...candidate, zone };
    });
  }

  /** Empty for an ordinal whose wave has no allocation: it is in no window yet. */
  #call(ordinal: number): string {
    const range = rangeOf(this.#head, ordinal);
    const allocation = range && allocationOf(range, ordinal);
    if (!allocation) return '';
    const block = Math.floor(ordinal / DRAW_BLOCK);
    if (block !== this.#block) {
      this.#draws = drawBlock(this.#head.burst, block);
      this.#block = block;
    }
    return callOf(allocation, this.#draws[ordinal - block * DRAW_BLOCK] ?? 0);
  }
}
