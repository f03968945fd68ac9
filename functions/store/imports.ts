// Imports into an audience: how far each one came, what it said of every chunk, what was before.

import * as z from 'zod/mini';
import { Fault, isUnanswered } from '#domain/faults.ts';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { Contact } from './audiences.ts';
import { dataOf, getBlob, partBytesMax, putBlob } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { fromItem, parsed, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { pagesOf } from './query-all.ts';
import { compareAndSave, putSame, type Saved } from './save.ts';

/** What became of rows; `rows` is the sum of the first five. */
export const RowCounts = z.strictObject({
  new: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  rows: z.int(),
  /** Taken, and under a standing order not to be messaged: they stay so. */
  suppressed: z.int(),
  /** Taken, without any recorded consent. */
  withoutConsent: z.int(),
});
export type RowCounts = z.output<typeof RowCounts>;

const Column = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['address', 'zone', 'consent', 'consent_at', 'consent_source', 'ignored']),
  }),
  z.strictObject({ kind: z.literal('field'), name: z.string() }),
]);

/** Vouched for a whole file. */
export const Attested = z.strictObject({
  source: z.string(),
  at: InstantSchema,
  basis: z.string(),
  by: z.string(),
});
export type Attested = z.output<typeof Attested>;

export const Import = z.strictObject({
  audience: Id,
  import: Id,
  revision: z.int(),
  nonce: Mark,
  state: z.enum(['open', 'finished', 'undoing', 'undone']),
  /** Judges every row and leaves the contacts alone. */
  isDry: z.optional(z.literal(true)),
  startedAt: InstantSchema,
  startedBy: z.string(),
  finishedAt: z.optional(InstantSchema),
  undoneBy: z.optional(z.string()),
  /** What the client says of its file, for whoever goes on with it. */
  source: z.strictObject({
    name: z.string(),
    sha256: z.optional(z.string()),
    bytes: z.optional(z.int()),
    chunkBytes: z.optional(z.int()),
  }),
  delimiter: z.string(),
  header: z.array(z.string()),
  columns: z.array(Column),
  attested: z.optional(Attested),
  /** The audience had nobody when it began: most rows will be new. */
  isFirst: z.boolean(),
  /** The chunk that is wanted next, and how many rows and lines stand before it. */
  next: z.int(),
  rows: z.int(),
  lines: z.int(),
  counts: RowCounts,
  /** Of an undo: how far it came, and what it did. */
  undo: z.optional(
    z.strictObject({
      chunk: z.int(),
      after: z.optional(z.string()),
      removed: z.int(),
      restored: z.int(),
      left: z.int(),
    }),
  ),
});
export type Import = z.output<typeof Import>;

/** Why a row was not taken. Never holds a value of it. */
export const Reject = z.strictObject({
  /** Counted from one, the header left out. */
  row: z.int(),
  /** The line of the file on which the row ends, counted from one. */
  line: z.int(),
  code: z.string(),
  message: z.string(),
  column: z.optional(z.string()),
});
export type Reject = z.output<typeof Reject>;

/** What was answered about a chunk: the same again for whoever asks again. */
export const ChunkAnswer = z.strictObject({
  chunk: z.int(),
  /** SHA-256 of the chunk's text, in hex. */
  digest: z.string(),
  rows: z.int(),
  lines: z.int(),
  counts: RowCounts,
  rejects: z.array(Reject),
});
export type ChunkAnswer = z.output<typeof ChunkAnswer>;

/** An import can be undone for so long; then what was before is forgotten. */
export const KEPT_MS = 30 * 86_400_000;

type Place = Pick<Import, 'audience' | 'import'>;

/** Read strongly. */
export async function loadImport(
  table: Table,
  audience: string,
  id: string,
): Promise<Import | undefined> {
  const item = await table.get(keys.import(audience, id), { consistent: true });
  return item && fromItem(Import, item);
}

export function saveImport(
  table: Table,
  previous: Import | undefined,
  next: Import,
  nonce: string,
): Promise<Saved<Import>> {
  const key = keys.import(next.audience, next.import);
  return compareAndSave(table, key, previous, next, encodeImport, decodeImport, nonce);
}

/** The latest first, at most `limit`, after the one given. */
export async function pageImports(
  table: Table,
  audience: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly imports: readonly Import[]; readonly next?: string }> {
  const { pk } = keys.import(audience, '0');
  const start = after === undefined ? {} : { after: { ...keys.import(audience, after) } };
  const page = await table.query({ pk, limit, descending: true, consistent: true, ...start });
  const imports = page.items.map(decodeImport);
  return page.next ? { imports, next: page.next.sk } : { imports };
}

function encodeImport(one: Import): Item {
  return toItem(Import, keys.import(one.audience, one.import), one);
}

function decodeImport(item: Item): Import {
  return fromItem(Import, item);
}

export async function saveChunkAnswer(
  table: Table,
  one: Place,
  answer: ChunkAnswer,
): Promise<void> {
  const { audience, import: id } = one;
  const key = (part: number) => keys.importAnswer(audience, id, answer.chunk, part);
  await putBlob(table, key, packJson(answer));
}

export async function loadChunkAnswer(
  table: Table,
  one: Place,
  chunk: number,
): Promise<ChunkAnswer | undefined> {
  const { audience, import: id } = one;
  const key = keys.importAnswer(audience, id, chunk, 0);
  const bytes = await getBlob(table, key, stretches.importAnswer(audience, id, chunk));
  return bytes && parsed(ChunkAnswer, unpackJson(bytes, key), key);
}

const ATTEMPTS_MAX = 8;

/**
 * What a chunk has changed, as it was before: written ahead of the first change, and whoever is
 * erased goes out of it. Of two at once, and of one that arrives late, neither undoes the other.
 * Several parts (beyond 380 KiB compressed) are written without a condition.
 * @param change makes the next of what stands there; undefined leaves it. Asked again after a lost race
 */
export async function changeBefore(
  table: Table,
  one: Place,
  { chunk, expires }: { readonly chunk: number; readonly expires: number },
  change: (contacts: readonly Contact[]) => readonly Contact[] | undefined,
): Promise<void> {
  const key = (part: number) => keys.importBefore(one.audience, one.import, chunk, part);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const stored = await table.get(key(0), { consistent: true });
    const isWhole = stored?.parts === undefined;
    const next = change(isWhole ? contactsIn(stored) : await loadBefore(table, one, chunk));
    if (!next) return;
    const data = packJson(next);
    const more = { expires: Math.ceil(expires / 1_000) };
    if (!isWhole || data.length > partBytesMax) return putBlob(table, key, data, more);
    const revision = Number(stored?.revision ?? 0) + 1;
    const item: Item = { ...key(0), data, ...more, revision };
    if (await putOver(table, item, stored)) return;
  }
  const message = `chunk ${chunk} of import ${one.import} is written by many at once`;
  throw new Fault('import_contended', message, { retryable: true });
}

/** False when something else stands there now, or when that is not known. */
async function putOver(table: Table, item: Item, stored: Item | undefined): Promise<boolean> {
  const value = stored?.revision;
  const isOld = { kind: 'all', of: [{ kind: 'item_present' }, noRevision] } as const;
  const isSame =
    value === undefined ? isOld : { kind: 'equals' as const, attribute: 'revision', value };
  try {
    const { kind } = await table.put(item, stored ? isSame : { kind: 'item_absent' });
    return kind === 'written';
  } catch (error) {
    if (isUnanswered(error)) return false;
    throw error;
  }
}

/** As releases before this one wrote it. */
const noRevision = { kind: 'absent', attribute: 'revision' } as const;

function contactsIn(item: Item | undefined): Contact[] {
  return item ? parsed(z.array(Contact), unpackJson(dataOf(item), item), item) : [];
}

export async function loadBefore(table: Table, one: Place, chunk: number): Promise<Contact[]> {
  const { audience, import: id } = one;
  const key = keys.importBefore(audience, id, chunk, 0);
  const bytes = await getBlob(table, key, stretches.importBefore(audience, id, chunk));
  return bytes ? parsed(z.array(Contact), unpackJson(bytes, key), key) : [];
}

/** 96 bits of a contact's id as two whole numbers: nobody is taken for somebody else. */
export interface IdMark {
  readonly high: number;
  readonly low: number;
}

/** Of many: `high` ascends. */
export interface IdMarks {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

const HALF_BYTES = 6;
const MARK_BYTES = 2 * HALF_BYTES;

export function idMark(id: string): IdMark {
  const bytes = Buffer.from(id.slice(0, 16), 'base64url');
  return { high: bytes.readUIntBE(0, HALF_BYTES), low: bytes.readUIntBE(HALF_BYTES, HALF_BYTES) };
}

/**
 * Those of a chunk whose contacts were left alone: nothing in the contact itself says that this
 * import has met them. `people` ascends by `high`.
 */
export async function saveSeen(
  table: Table,
  { audience, import: id }: Place,
  chunk: number,
  people: readonly IdMark[],
): Promise<void> {
  const data = Buffer.alloc(people.length * MARK_BYTES);
  for (const [at, { high, low }] of people.entries()) {
    data.writeUIntBE(high, at * MARK_BYTES, HALF_BYTES);
    data.writeUIntBE(low, at * MARK_BYTES + HALF_BYTES, HALF_BYTES);
  }
  await putSame(table, { ...keys.importSeen(audience, id, chunk), data });
}

/** The people of all chunks before this one, chunk by chunk; a page at a time. */
export async function* seenBefore(
  table: Table,
  { audience, import: id }: Place,
  chunk: number,
): AsyncGenerator<IdMarks> {
  if (chunk === 0) return;
  const stretch = stretches.importSeen(audience, id, chunk - 1);
  for await (const page of pagesOf(table, { ...stretch, consistent: true })) {
    for (const item of page) yield marksOf(dataOf(item));
  }
}

function marksOf(data: Uint8Array): IdMarks {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const people = Math.floor(bytes.length / MARK_BYTES);
  const marks = { high: new Float64Array(people), low: new Float64Array(people) };
  for (let at = 0; at < people; at += 1) {
    marks.high[at] = bytes.readUIntBE(at * MARK_BYTES, HALF_BYTES);
    marks.low[at] = bytes.readUIntBE(at * MARK_BYTES + HALF_BYTES, HALF_BYTES);
  }
  return marks;
}

/** Takes one person out of what undo would bring back: for an erasure. Repeatable. */
export async function eraseFromImports(table: Table, audience: string, id: string): Promise<void> {
  const { pk } = keys.import(audience, '0');
  for await (const items of pagesOf(table, { pk, consistent: true })) {
    for (const one of items.map(decodeImport)) {
      const expires = (one.finishedAt ?? one.startedAt) + KEPT_MS;
      for (let chunk = 0; chunk <= one.next; chunk += 1) {
        await changeBefore(table, one, { chunk, expires }, (before) => {
          const left = before.filter((contact) => contact.id !== id);
          return left.length < before.length ? left : undefined;
        });
      }
    }
  }
}
