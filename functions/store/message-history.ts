// How many messages a person got of late, over all bursts: read from the ledgers themselves, so that
// nothing is written for it, nothing can be forgotten, and what is being sent right now counts too.

import type { Burst } from '#domain/burst.ts';
import { messagedOrdinals } from '#domain/messaged-ordinals.ts';
import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listLanes } from './lanes.ts';
import { loadManifestChunk, loadManifestHead } from './manifests.ts';
import { releasedBursts } from './released-bursts.ts';
import { listWindowRecords } from './window-records.ts';

/** A burst goes on for at most this long after its moment: waves, kept recipients, stops. */
const LASTS_MAX_MS = 31 * 86_400_000;
const CHUNKS_AT_ONCE = 8;

export interface HistoryOptions {
  /** Messages from this instant on count. */
  readonly since: number;
  readonly now: number;
  /** The burst that asks: its own messages are no history. */
  readonly except: string;
  readonly suppressionKey: string;
  /** Called between reads: a reader may have a lease to keep. */
  readonly onRead: () => Promise<void>;
}

/** Counts by person; a person is 48 bits of the keyed digest, in 8 bytes a message. */
export class MessageHistory {
  readonly #people: Float64Array;

  constructor(people: Iterable<number>) {
    this.#people = Float64Array.from(people).sort();
  }

  /** Of another person's messages by mistake: at a million messages one time in 280 million. */
  count(digest: string): number {
    const person = personOf(digest);
    return this.#firstFrom(person + 1) - this.#firstFrom(person);
  }

  #firstFrom(person: number): number {
    let low = 0;
    let high = this.#people.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#people[middle] ?? 0) >= person) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function personOf(digest: string): number {
  return Buffer.from(digest, 'base64url').readUIntBE(0, 6);
}

/**
 * Cost: for every burst of the time one query and one read a lane, and one chunk of the manifest
 * (about five read units) for every 2,000 recipients of whom somebody was messaged.
 */
export async function readMessageHistory(
  table: Table,
  options: HistoryOptions,
): Promise<MessageHistory> {
  const people: number[] = [];
  const { since, now, except } = options;
  for (const burst of await releasedBursts(table, since - LASTS_MAX_MS, now)) {
    const lastAt = burst.sentAt ?? now;
    if (burst.id !== except && lastAt >= since) await addBurst(table, burst, options, people);
  }
  return new MessageHistory(people);
}

async function addBurst(
  table: Table,
  burst: Burst,
  options: HistoryOptions,
  people: number[],
): Promise<void> {
  const head = await loadManifestHead(table, burst.id);
  if (!head) return;
  const { since, now, suppressionKey } = options;
  // Lanes first: a window that closes in between is then listed rather than lost.
  const lanes = await listLanes(table, burst.id, head.lanes.length);
  const records = await listWindowRecords(table, burst.id);
  const messaged = messagedOrdinals(head, lanes, records, { since, lastAt: burst.sentAt ?? now });
  const size = head.chunkRecipients;
  const chunks: number[] = [];
  for (let chunk = 0; chunk * size < head.recipients; chunk += 1) {
    if (messaged.subarray(chunk * size, (chunk + 1) * size).includes(1)) chunks.push(chunk);
  }
  while (chunks.length > 0) {
    const some = chunks.splice(0, CHUNKS_AT_ONCE);
    const read = some.map((chunk) => loadManifestChunk(table, burst.id, head.freeze, chunk));
    for (const member of (await Promise.all(read)).flat()) {
      if (messaged[member.ordinal] !== 1) continue;
      people.push(personOf(addressDigest(member.address, suppressionKey)));
    }
    await options.onRead();
  }
}
