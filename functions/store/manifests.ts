// The frozen audience: a head that one freeze wins, and chunks that stand under their freeze's name.

import { Fault, isUnanswered } from '#domain/faults.ts';
import { ManifestHead, type Member } from '#domain/manifest.ts';
import type { Item, Table } from '#domain/ports.ts';
import { dataOf, getBlob, partBytesMax, putBlob } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { fromItem, parsed, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { Columns, columnsOf, membersOf } from './member-columns.ts';
import { compareAndSave, type Saved } from './save.ts';

interface Place {
  readonly burst: string;
  readonly freeze: string;
  readonly chunk: number;
}

/** Read strongly. */
export async function loadManifestHead(
  table: Table,
  burst: string,
): Promise<ManifestHead | undefined> {
  const item = await table.get(keys.manifestHead(burst), { consistent: true });
  return item && decode(item);
}

/** Whoever saves the head first wins; a later freeze replaces the head it has seen. */
export function saveManifestHead(
  table: Table,
  previous: ManifestHead | undefined,
  next: ManifestHead,
  nonce: string,
): Promise<Saved<ManifestHead>> {
  const key = keys.manifestHead(next.burst);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

/**
 * Stores one chunk of a freeze; repeating it changes nothing, and it never comes back over one that
 * was changed since, however late a put without an answer arrives.
 * Cost: measured 10 bytes a recipient with address and first name, so about 0.01 write units.
 */
export async function saveManifestChunk(
  table: Table,
  burst: string,
  freeze: string,
  chunk: number,
  members: readonly Member[],
): Promise<void> {
  await putChunk(table, { burst, freeze, chunk }, members, { isNew: true });
}

async function putChunk(
  table: Table,
  { burst, freeze, chunk }: Place,
  members: readonly Member[],
  options: { readonly isNew?: boolean } = {},
): Promise<void> {
  const columns = parsed(Columns, columnsOf(members), keys.manifestChunk(burst, freeze, chunk, 0));
  const keyOf = (part: number) => keys.manifestChunk(burst, freeze, chunk, part);
  await putBlob(table, keyOf, packJson(columns), options);
}

/**
 * Puts other members in the place of those that stand there; undefined leaves them alone.
 * `lost`: somebody else did so meanwhile, or the answer was; whoever looks again sees.
 */
export async function changeManifestChunk(
  table: Table,
  place: Place,
  change: (members: readonly Member[]) => readonly Member[] | undefined,
): Promise<'changed' | 'same' | 'lost'> {
  const { burst, freeze, chunk } = place;
  const key = keys.manifestChunk(burst, freeze, chunk, 0);
  const stored = await table.get(key, { consistent: true });
  // Several parts are of a size that no list of 2,000 has: they are written without a condition.
  const isWhole = stored !== undefined && stored.parts === undefined;
  const members = isWhole
    ? membersOf(parsed(Columns, unpackJson(dataOf(stored), key), key), key)
    : await loadManifestChunk(table, burst, freeze, chunk);
  const next = change(members);
  if (!next) return 'same';
  const data = packJson(columnsOf(next));
  if (!isWhole || data.length > partBytesMax) {
    await putChunk(table, place, next);
    return 'changed';
  }
  try {
    const condition = { kind: 'equals', attribute: 'data', value: dataOf(stored) } as const;
    const written = await table.put({ ...stored, data }, condition);
    return written.kind === 'written' ? 'changed' : 'lost';
  } catch (error) {
    if (isUnanswered(error)) return 'lost';
    throw error;
  }
}

/** Throws Fault `manifest_chunk_missing` when the freeze never stored it. */
export async function loadManifestChunk(
  table: Table,
  burst: string,
  freeze: string,
  chunk: number,
): Promise<Member[]> {
  const key = keys.manifestChunk(burst, freeze, chunk, 0);
  const bytes = await getBlob(table, key, stretches.manifestChunk(burst, freeze, chunk));
  if (!bytes) {
    const message = `burst ${burst} has no manifest chunk ${chunk} of freeze ${freeze}`;
    throw new Fault('manifest_chunk_missing', message, { retryable: false });
  }
  return membersOf(parsed(Columns, unpackJson(bytes, key), key), key);
}

function encode(head: ManifestHead): Item {
  return toItem(ManifestHead, keys.manifestHead(head.burst), head);
}

function decode(item: Item): ManifestHead {
  return fromItem(ManifestHead, item);
}
