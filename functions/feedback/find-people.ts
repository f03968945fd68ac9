// Whose entry of a burst's list a conversion by person is: somebody who was meant to get a message,
// or somebody whom chance held back.

import { contactIdOf } from '#domain/contact-id.ts';
import { callOf, drawOf } from '#domain/draw.ts';
import type { ConversionEvent, PersonConversion } from '#domain/event.ts';
import { allocationOf, type LegRange, type ManifestHead, rangeOf } from '#domain/manifest.ts';
import { personDigest } from '#domain/person-key.ts';
import type { Table } from '#domain/ports.ts';
import { loadManifestHead } from '#store/manifests.ts';
import {
  arePeopleStored,
  bucketsFor,
  type Entry,
  findOrdinals,
  type PeoplePart,
  savePeople,
} from '#store/people.ts';
import { createAtMost } from './at-most.ts';
import { eventOfPerson } from './conversion-event.ts';
import { membersOf } from './members-of.ts';

export interface FindPeoplePorts {
  readonly table: Table;
  readonly suppressionKey: () => Promise<string>;
  readonly now: () => number;
}

export type FoundEntry =
  | { readonly kind: 'found'; readonly event: ConversionEvent }
  /** Nobody whom chance gave a message or held back. */
  | { readonly kind: 'stranger' }
  /** The list is not looked through to its end yet: ask again. */
  | { readonly kind: 'later' };

/** Half a million people: some seconds of work, and one read for every person looked for. */
const PART_CHUNKS = 256;
/** Lists are looked through for so long in one go; a part that was begun is finished. */
const FOR_MS = 15_000;
const CHUNKS_AT_ONCE = 8;
const WRITES_AT_ONCE = 32;

/**
 * Finds everybody named in a batch. The first time a burst is asked about, its list is looked
 * through once and where people stand is stored; later one read for a person and half a million of
 * the list is all it takes.
 * @param isTaken of two legs with the same people, one for each outcome: which one left
 */
export async function findPeople(
  ports: FindPeoplePorts,
  { burst, isTaken }: { readonly burst: string; readonly isTaken: (leg: string) => boolean },
  conversions: readonly PersonConversion[],
): Promise<FoundEntry[]> {
  const head = await loadManifestHead(ports.table, burst);
  if (!head) return conversions.map(() => ({ kind: 'stranger' }));
  const until = ports.now() + FOR_MS;
  const people = new Set(conversions.map(({ person }) => person));
  const ordinals = new Map<string, number>();
  let looked = 0;
  for (const part of partsOf(head)) {
    if (!(await arePeopleStored(ports.table, part))) {
      // However slow it is, every try gets on by a part.
      if (looked > 0 && ports.now() >= until) return conversions.map(() => ({ kind: 'later' }));
      await lookThrough(ports, head, part);
      looked += 1;
    }
    for (const { person, ordinal } of await findOrdinals(ports.table, part, people)) {
      const range = rangeOf(head, ordinal);
      if (range && isTaken(range.leg)) ordinals.set(person, ordinal);
    }
  }
  return conversions.map((conversion) => {
    const ordinal = ordinals.get(conversion.person);
    const range = ordinal === undefined ? undefined : rangeOf(head, ordinal);
    if (ordinal === undefined || !range) return { kind: 'stranger' };
    const entry = { leg: range.leg, call: drawnCall(head, range, ordinal), ordinal };
    return { kind: 'found', event: eventOfPerson(conversion, entry) };
  });
}

function partsOf(head: ManifestHead): PeoplePart[] {
  const size = PART_CHUNKS * head.chunkRecipients;
  return Array.from({ length: Math.ceil(head.recipients / size) }, (_, part) => ({
    burst: head.burst,
    freeze: head.freeze,
    part,
    buckets: bucketsFor(Math.min(size, head.recipients - part * size)),
  }));
}

/** What was drawn for them, or would have been. */
function drawnCall(head: ManifestHead, range: LegRange, ordinal: number): string {
  const allocation = allocationOf(range, ordinal) ?? range.allocation;
  return callOf(allocation, drawOf(head.burst, ordinal));
}

async function lookThrough(
  { table, suppressionKey }: FindPeoplePorts,
  head: ManifestHead,
  part: PeoplePart,
): Promise<void> {
  const key = await suppressionKey();
  const first = part.part * PART_CHUNKS;
  const last = Math.min(first + PART_CHUNKS, Math.ceil(head.recipients / head.chunkRecipients));
  const entries: Entry[] = [];
  const reads = createAtMost(CHUNKS_AT_ONCE);
  const chunks = Array.from({ length: last - first }, (_, place) => first + place);
  await Promise.all(
    chunks.map((chunk) =>
      reads(async () => {
        for (const { ordinal, address } of await membersOf(table, head, chunk)) {
          // Of whoever was erased nothing is left by which they could be found.
          if (!isAssigned(head, ordinal) || !address.includes('@')) continue;
          entries.push({ person: personDigest(contactIdOf(address), key), ordinal });
        }
      }),
    ),
  );
  await savePeople(table, part, entries, createAtMost(WRITES_AT_ONCE));
}

/** Chance decided about them: everybody else was held back for a reason of their own. */
function isAssigned(head: ManifestHead, ordinal: number): boolean {
  const range = rangeOf(head, ordinal);
  if (!range) return false;
  if (ordinal < range.sendableTo) return true;
  return (range.held ?? []).some(
    ({ reason, from, to }) => reason === 'holdout' && ordinal >= from && ordinal < to,
  );
}
