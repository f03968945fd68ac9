// Where people stand in a frozen list: ordinals by keyed digest, in buckets of about three kilobytes.

import type { Table } from '#domain/ports.ts';
import { dataOf } from './blob.ts';
import { corrupt } from './item.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

/** A part of the list of one freeze. The parts are looked through and stored one by one. */
export interface PeoplePart {
  readonly burst: string;
  readonly freeze: string;
  readonly part: number;
  /** A power of two: see `bucketsFor`. */
  readonly buckets: number;
}

export interface Entry {
  /** 22 characters of base64url, as `personDigest` makes them; the first 64 bits are kept. */
  readonly person: string;
  readonly ordinal: number;
}

const PREFIX_BYTES = 8;
const ENTRY_BYTES = 12;
const ENTRIES_PER_BUCKET = 200;

/** How many buckets a part with so many people has. */
export function bucketsFor(people: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(people / ENTRIES_PER_BUCKET)));
}

/** Everybody of the part; repeating it changes nothing. Cost: about 0.015 write units a person. */
export async function savePeople(
  table: Table,
  place: PeoplePart,
  entries: readonly Entry[],
  atMost: <T>(write: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const contents: Buffer[][] = Array.from({ length: place.buckets }, () => []);
  for (const { person, ordinal } of entries) {
    const bytes = Buffer.alloc(ENTRY_BYTES);
    prefixOf(person).copy(bytes);
    bytes.writeUInt32BE(ordinal, PREFIX_BYTES);
    contents[bucketOf(person, place.buckets)]?.push(bytes);
  }
  const put = (bucket: number) =>
    putSame(table, { ...keyOf(place, bucket), data: Buffer.concat(contents[bucket] ?? []) });
  const later = contents.slice(1).map((_, place) => atMost(() => put(place + 1)));
  await Promise.all(later);
  // The first one last: once it stands, all of them do.
  await put(0);
}

/** Whether the part was stored to its end. */
export async function arePeopleStored(table: Table, place: PeoplePart): Promise<boolean> {
  return (await table.get(keyOf(place, 0), { consistent: true })) !== undefined;
}

/**
 * The ordinals of those among them who stand in the part. Among ten million people a stranger is
 * taken for one of them with a probability below 1e-12. Cost: a read unit for every bucket asked.
 */
export async function findOrdinals(
  table: Table,
  place: PeoplePart,
  people: Iterable<string>,
): Promise<Entry[]> {
  const byBucket = new Map<number, string[]>();
  for (const person of people) {
    const bucket = bucketOf(person, place.buckets);
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), person]);
  }
  const found: Entry[] = [];
  for (const [bucket, some] of byBucket) {
    const item = await table.get(keyOf(place, bucket), { consistent: true });
    if (!item) throw corrupt(keyOf(place, bucket), 'a bucket of the list is missing');
    const data = Buffer.from(dataOf(item));
    if (data.length % ENTRY_BYTES !== 0) throw corrupt(item, 'its last entry is cut off');
    for (const person of some) found.push(...entriesIn(data, person));
  }
  return found;
}

function entriesIn(data: Buffer, person: string): Entry[] {
  const prefix = prefixOf(person);
  const found: Entry[] = [];
  for (let from = 0; from < data.length; from += ENTRY_BYTES) {
    if (data.compare(prefix, 0, PREFIX_BYTES, from, from + PREFIX_BYTES) !== 0) continue;
    found.push({ person, ordinal: data.readUInt32BE(from + PREFIX_BYTES) });
  }
  return found;
}

function prefixOf(person: string): Buffer {
  return Buffer.from(person, 'base64url').subarray(0, PREFIX_BYTES);
}

function bucketOf(person: string, buckets: number): number {
  return prefixOf(person).readUInt32BE(0) % buckets;
}

function keyOf({ burst, freeze, part }: PeoplePart, bucket: number) {
  return keys.people(burst, freeze, part, bucket);
}
