// How many contacts an audience has: kept by whoever writes contacts, counted where nobody knows.

import * as z from 'zod/mini';
import { Fault } from '#domain/faults.ts';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { countPage } from './audiences.ts';
import { type Import, loadImport } from './imports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

/**
 * `contacts` is exact or absent, whoever dies where:
 * - An import stands in `importing` from before its first contact until its end. The write that
 *   takes it out adds what the whole import said was new, so it is added once, however often chunks
 *   and their ends are repeated; meanwhile the number holds nobody of it and is not given out. One
 *   that ends with a chunk begun and not taken, or gave one with other content again, takes the
 *   number away.
 * - Whatever else writes contacts (undo, erasure, a copy) takes the number away first and puts it
 *   back, changed, where nothing was written here since. One that dies leaves it away.
 * - A number that is away is found by counting, and kept only where no writer can have been at work:
 *   nobody imports, `busyUntil` is over, and the revision is that of before.
 */
const ContactCount = z.strictObject({
  audience: Id,
  revision: z.int(),
  nonce: Mark,
  contacts: z.optional(z.int()),
  /** By import: the chunk that was begun last, as `3#<digest>`; empty before the first. */
  importing: z.record(z.string(), z.string()),
  /** Until then somebody who deletes or copies may be at work. */
  busyUntil: z.optional(InstantSchema),
  /** How far counting came when its time was up, and how many that were. */
  counted: z.optional(z.strictObject({ after: z.string(), contacts: z.int() })),
});
type ContactCount = z.output<typeof ContactCount>;

/** No function lives longer. */
const BUSY_MS = 15 * 60_000;
/** What was counted faster is counted again rather than kept. */
const WORTH_KEEPING_MS = 1_000;
const ATTEMPTS_MAX = 8;

type Place = Pick<Import, 'audience' | 'import'>;

export interface Writer {
  readonly now: number;
  readonly nonce: () => string;
}

/** Read strongly; undefined where no release that counts has written contacts yet. */
export async function loadContactCount(
  table: Table,
  audience: string,
): Promise<ContactCount | undefined> {
  const item = await table.get(keys.contactCount(audience), { consistent: true });
  return item && decode(item);
}

/** How many there are where that is known and nobody is at work; nothing is counted. One read. */
export async function knownContacts(table: Table, audience: string): Promise<number | undefined> {
  const head = await loadContactCount(table, audience);
  return head && !isImporting(head) ? head.contacts : undefined;
}

/** When an import begins. @param isEmpty nobody was read to be there */
export async function noteImporting(
  table: Table,
  { audience, import: id }: Place,
  isEmpty: boolean,
  nonce: () => string,
): Promise<void> {
  await change(table, audience, nonce, (head) => {
    const contacts = isEmpty && !head ? 0 : head?.contacts;
    const importing = { ...head?.importing, [id]: '' };
    return { ...bare(audience, head), importing, ...known(contacts) };
  });
}

/**
 * Before the first contact of its next chunk; a read where it was begun before. An import of an
 * older release is not known here: then nobody knows how many of its people are counted.
 */
export async function noteChunk(
  table: Table,
  { audience, import: id, next }: Place & Pick<Import, 'next'>,
  digest: string,
  nonce: () => string,
): Promise<void> {
  const chunk = `${next}#${digest}`;
  await change(table, audience, nonce, (head) => {
    const begun = head?.importing[id];
    if (begun === chunk) return undefined;
    const importing = { ...head?.importing, [id]: chunk };
    const isAnother = begun === undefined || chunkOf(begun) === next;
    const contacts = isAnother ? undefined : head?.contacts;
    return { ...bare(audience, head), importing, ...known(contacts) };
  });
}

/** After its end. Repeatable: it adds once. */
export async function noteImported(
  table: Table,
  { audience, import: id, next, counts }: Place & Pick<Import, 'counts' | 'next'>,
  { now, nonce }: Writer,
): Promise<void> {
  await change(table, audience, nonce, (head) => {
    const { [id]: begun, ...importing } = head?.importing ?? {};
    if (!head || begun === undefined) return undefined;
    const { contacts } = head;
    const ended = { ...bare(audience, head), importing };
    if (chunkOf(begun) >= next) return { ...ended, busyUntil: now + BUSY_MS };
    return { ...ended, ...known(contacts === undefined ? undefined : contacts + counts.new) };
  });
}

/** Somebody is about to delete or copy contacts: nobody knows how many there are until the end. */
export interface Changing {
  readonly audience: string;
  readonly head: ContactCount;
  /** How many there were, where nobody else was at work. */
  readonly contacts?: number;
  readonly isAlone: boolean;
}

/** @param ended an import that takes no more chunks */
export async function beginChange(
  table: Table,
  audience: string,
  { now, nonce }: Writer,
  ended = '',
): Promise<Changing> {
  const { before, head } = await change(table, audience, nonce, (found) => {
    const { [ended]: _over, ...importing } = found?.importing ?? {};
    return { ...bare(audience, found), importing, busyUntil: now + BUSY_MS };
  });
  if (!head) throw new Error('a change of contacts was not noted');
  const isAlone = isQuiet(before, now);
  const contacts = isAlone ? before?.contacts : undefined;
  return { audience, head, isAlone, ...known(contacts) };
}

/**
 * Of one that was carried out to its end; of any other nobody says so, and contacts are counted anew.
 * @param by how many more there are now; undefined where the writer does not know
 */
export async function endChange(
  table: Table,
  { head, audience, contacts, isAlone }: Changing,
  by: number | undefined,
  nonce: () => string,
): Promise<void> {
  if (!isAlone) return;
  const left = contacts === undefined || by === undefined ? undefined : contacts + by;
  const { busyUntil: _over, ...rest } = bare(audience, head);
  await save(table, head, { ...rest, ...known(left) }, nonce);
}

export interface Counting {
  readonly now: () => number;
  /** Counting ends then: the next time goes on from there, where nobody writes meanwhile. */
  readonly until: number;
  readonly nonce: () => string;
}

/**
 * How many contacts there are; undefined where that is not known and could not be counted in time.
 * Cost: one read where it is known, else one read unit for about thirty contacts.
 */
export async function contactCount(
  table: Table,
  audience: string,
  { now, until, nonce }: Counting,
): Promise<number | undefined> {
  const startedAt = now();
  const head = await settled(table, audience, { now: startedAt, nonce });
  if (head?.contacts !== undefined && !isImporting(head)) return head.contacts;
  const isKept = isQuiet(head, startedAt);
  const begun = isKept ? head?.counted : undefined;
  const { after, contacts } = await countOn(table, audience, begun, () => now() >= until);
  if (after !== undefined) {
    const counted = { after, contacts };
    if (isKept) await save(table, head, { ...bare(audience, head), counted }, nonce);
    return undefined;
  }
  const isLong = begun !== undefined || now() - startedAt >= WORTH_KEEPING_MS;
  if (isKept && isLong) await save(table, head, { ...bare(audience, head), contacts }, nonce);
  return contacts;
}

/** With `after` where the time was up before the end. */
async function countOn(
  table: Table,
  audience: string,
  begun: ContactCount['counted'],
  isLate: () => boolean,
): Promise<{ readonly after?: string; readonly contacts: number }> {
  let { after, contacts } = begun ?? { after: undefined, contacts: 0 };
  for (;;) {
    const page = await countPage(table, audience, after);
    contacts += page.contacts;
    after = page.next;
    if (after === undefined) return { contacts };
    if (isLate()) return { after, contacts };
  }
}

/** An import that ended and died before it said so here is settled by whoever asks. */
async function settled(
  table: Table,
  audience: string,
  writer: Writer,
): Promise<ContactCount | undefined> {
  const head = await loadContactCount(table, audience);
  let isNew = false;
  for (const id of Object.keys(head?.importing ?? {})) {
    const one = await loadImport(table, audience, id);
    if (one?.state !== 'finished') continue;
    await noteImported(table, one, writer);
    isNew = true;
  }
  return isNew ? loadContactCount(table, audience) : head;
}

/** Nobody can be at work on the contacts. */
function isQuiet(head: ContactCount | undefined, now: number): boolean {
  return !head || (!isImporting(head) && (head.busyUntil ?? 0) <= now);
}

/** -1 before the first. */
function chunkOf(begun: string): number {
  return begun === '' ? -1 : Number(begun.slice(0, begun.indexOf('#')));
}

function isImporting({ importing }: ContactCount): boolean {
  return Object.keys(importing).length > 0;
}

function known(contacts: number | undefined): { readonly contacts?: number } {
  return contacts === undefined ? {} : { contacts };
}

/** Without any number. */
function bare(audience: string, head: ContactCount | undefined): ContactCount {
  const { revision = 0, importing = {}, busyUntil } = head ?? {};
  const busy = busyUntil === undefined ? {} : { busyUntil };
  return { audience, revision, nonce: 'new', importing, ...busy };
}

async function change(
  table: Table,
  audience: string,
  nonce: () => string,
  next: (head: ContactCount | undefined) => ContactCount | undefined,
): Promise<{ before: ContactCount | undefined; head: ContactCount | undefined }> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await loadContactCount(table, audience);
    const wanted = next(before);
    if (!wanted) return { before, head: before };
    const saved = await save(table, before, wanted, nonce);
    if (saved.kind === 'saved') return { before, head: saved.item };
  }
  const message = `the count of ${audience} is written by many at once`;
  throw new Fault('count_contended', message, { retryable: true });
}

function save(
  table: Table,
  before: ContactCount | undefined,
  next: ContactCount,
  nonce: () => string,
): Promise<Saved<ContactCount>> {
  const key = keys.contactCount(next.audience);
  return compareAndSave(table, key, before, next, encode, decode, nonce());
}

function encode(head: ContactCount): Item {
  return toItem(ContactCount, keys.contactCount(head.audience), head);
}

function decode(item: Item): ContactCount {
  return fromItem(ContactCount, item);
}
