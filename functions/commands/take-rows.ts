// The rows of one chunk of an import: judged against what stands there, and written.

import { Fault, Refusal } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';
import { readCsv } from '#domain/read-csv.ts';
import { addContact, type Contact, changeContact, loadContact } from '#store/audiences.ts';
import {
  type ChunkAnswer,
  changeBefore,
  type IdMark,
  type IdMarks,
  type Import,
  idMark,
  KEPT_MS,
  type Reject,
  saveSeen,
  seenBefore,
} from '#store/imports.ts';
import { inParallel } from './in-parallel.ts';
import { isSameContact, mergePerson } from './merge-person.ts';
import { type Person, readPerson } from './read-person.ts';
import type { SuppressionsOf } from './suppressions-of.ts';

/** So that a chunk is done within the time of a function, whatever stands in it. */
export const CHUNK_ROWS_MAX = 10_000;
const AT_ONCE = 32;
/** Judged together, then forgotten: what is young stays small. */
const BATCH = 64;

export interface RowPorts {
  readonly table: Table;
  readonly suppressionsOf: SuppressionsOf;
}

interface Row {
  readonly row: number;
  readonly line: number;
  readonly person: Person;
}

type Fate =
  | { readonly kind: 'new'; readonly contact: Contact }
  | { readonly kind: 'unchanged'; readonly contact: Contact }
  /** `before` is absent when an earlier attempt at this chunk has written it already. */
  | { readonly kind: 'changed'; readonly contact: Contact; readonly before?: Contact }
  | { readonly kind: 'duplicate'; readonly of?: number };

/** A row of which nothing in the table tells yet whether this import has met its person. */
interface OpenRow {
  readonly row: number;
  readonly line: number;
  readonly who: IdMark;
  readonly kind: 'new' | 'unchanged' | 'changed';
  readonly facts: RowFacts;
  readonly change?: { readonly contact: Contact; readonly before: Contact };
}

interface RowFacts {
  readonly isSuppressed: boolean;
  readonly hasConsent: boolean;
}

export interface TakenRows {
  readonly answer: ChunkAnswer;
  readonly domains: ReadonlySet<string>;
}

/**
 * Takes the next chunk of an import. May be interrupted anywhere and given again: contacts that it
 * wrote carry the import and the row, so they count as before; what was there before is stored
 * ahead of the first change. Cost of a row: a read, and a write where something changes; of a new
 * one in an empty audience the write alone. Memory: the text, and some hundred rows at a time.
 */
export async function takeRows(
  ports: RowPorts,
  one: Import,
  chunk: { readonly text: string; readonly digest: string },
): Promise<TakenRows> {
  checkWhole(one, chunk.text);
  const taking = new Taking(ports, one);
  for (const { cells, line } of readCsv(chunk.text, one.delimiter, one.lines)) {
    const isFull = taking.read(cells, line);
    if (isFull) await taking.judgeBatch();
  }
  await taking.judgeBatch();
  const open = await taking.settleOpen();
  await writeChanged(ports.table, one, open, taking.hasRepeats);
  await noteSeen(ports.table, one, open);
  const { counts, domains } = taking;
  const rejects = taking.rejects.sort((a, b) => a.row - b.row);
  const lines = linesIn(chunk.text);
  const { digest } = chunk;
  const answer = { chunk: one.next, digest, rows: counts.rows, lines, counts, rejects };
  return { answer, domains };
}

/** Before the first write: a chunk that is malformed somewhere changes nothing. */
function checkWhole(one: Import, text: string): void {
  let rows = 0;
  for (const _row of readCsv(text, one.delimiter, one.lines)) rows += 1;
  if (rows <= CHUNK_ROWS_MAX) return;
  const limit = `at most ${CHUNK_ROWS_MAX} rows`;
  throw new Refusal('chunk_too_long', `the chunk has ${rows} rows`, { field: 'csv', limit });
}

/** One chunk while it is being taken. */
class Taking {
  readonly #ports: RowPorts;
  readonly #import: Import;
  readonly #first = new Map<string, number>();
  readonly #open: OpenRow[] = [];
  #batch: Row[] = [];
  readonly rejects: Reject[] = [];
  readonly domains = new Set<string>();
  /** Some contacts carry this very row already: an earlier attempt came so far. */
  hasRepeats = false;
  readonly counts = {
    ...{ rows: 0, new: 0, changed: 0, unchanged: 0, duplicates: 0, rejected: 0 },
    ...{ suppressed: 0, withoutConsent: 0 },
  };

  constructor(ports: RowPorts, one: Import) {
    this.#ports = ports;
    this.#import = one;
  }

  /** True when it is time to judge what was read. */
  read(cells: readonly string[], line: number): boolean {
    const { counts } = this;
    counts.rows += 1;
    const row = this.#import.rows + counts.rows;
    const read = readPerson(cells, this.#import.columns, this.#import.startedAt);
    if (read.kind === 'problem') {
      counts.rejected += 1;
      this.rejects.push({ row, line, ...read.problem });
      return false;
    }
    const { person } = read;
    const of = this.#first.get(person.id);
    if (of !== undefined) {
      this.#duplicate({ row, line }, of);
      return false;
    }
    this.#first.set(person.id, row);
    this.#batch.push({ row, line, person });
    return this.#batch.length >= BATCH;
  }

  async judgeBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    const { table, suppressionsOf } = this.#ports;
    const reasons = await suppressionsOf(batch.map(({ person }) => person.address));
    const taken: Row[] = [];
    const suppressed: boolean[] = [];
    for (const [index, row] of batch.entries()) {
      const reason = reasons[index];
      if (reason === 'erased') this.#erased(row);
      else {
        taken.push(row);
        suppressed.push(reason !== undefined);
      }
    }
    const fates = await inParallel(taken, AT_ONCE, (row) => judge(table, this.#import, row));
    for (const [index, fate] of fates.entries()) {
      const row = taken[index];
      if (row) this.#take(row, fate, suppressed[index] === true);
    }
  }

  /** Asked before anything is written: whoever was forgotten is not taken again. */
  #erased({ row, line }: Row): void {
    this.counts.rejected += 1;
    const message = 'this person was erased on request, and is not taken again';
    this.rejects.push({ row, line, code: 'erased', message, column: 'email' });
  }

  #take({ row, line, person }: Row, fate: Fate, isSuppressed: boolean): void {
    if (fate.kind === 'duplicate') {
      this.#duplicate({ row, line }, fate.of);
      return;
    }
    const { contact, kind } = fate;
    this.domains.add(person.domain);
    const facts = { isSuppressed, hasConsent: contact.consent?.email !== undefined };
    const before = fate.kind === 'changed' ? fate.before : undefined;
    this.hasRepeats ||= fate.kind === 'changed' && !before;
    const isMarked = !this.#import.isDry && (kind === 'new' || (kind === 'changed' && !before));
    if (isMarked) this.#count(kind, facts);
    else {
      const place = { row, line, who: idMark(person.id), kind, facts };
      this.#open.push(before ? { ...place, change: { contact, before } } : place);
    }
  }

  /** A contact that this import left alone says nothing of it: earlier chunks tell who was met. */
  async settleOpen(): Promise<OpenRow[]> {
    const open = this.#open.sort((a, b) => a.who.high - b.who.high);
    const met = await metBefore(this.#ports.table, this.#import, open);
    for (const row of open) {
      if (met.has(row)) this.#duplicate(row, undefined);
      else this.#count(row.kind, row.facts);
    }
    return open.filter((row) => !met.has(row));
  }

  #count(kind: 'new' | 'unchanged' | 'changed', { isSuppressed, hasConsent }: RowFacts): void {
    this.counts[kind] += 1;
    if (isSuppressed) this.counts.suppressed += 1;
    if (!hasConsent) this.counts.withoutConsent += 1;
  }

  #duplicate({ row, line }: { row: number; line: number }, of: number | undefined): void {
    this.counts.duplicates += 1;
    const message = `the same address stands ${of === undefined ? 'further up' : `in row ${of} below the headings`}`;
    this.rejects.push({ row, line, code: 'duplicate', message, column: 'email' });
  }
}

async function judge(table: Table, one: Import, { row, person }: Row): Promise<Fate> {
  const { audience, isDry } = one;
  const fresh = mergePerson(one, person, undefined, markOf(one, row, 'n'));
  const load = () => loadContact(table, audience, person.id);
  let stored = one.isFirst && !isDry ? undefined : await load();
  if (!stored && !isDry) {
    if (await addContact(table, fresh)) return { kind: 'new', contact: fresh };
    stored = await load();
    if (!stored) {
      throw new Fault('contact_contended', 'a contact went while it came', { retryable: true });
    }
  }
  if (!stored) return { kind: 'new', contact: fresh };
  return compare(one, row, person, stored);
}

function compare(one: Import, row: number, person: Person, stored: Contact): Fate {
  const [by, writtenRow, was] = stored.mark?.split('#') ?? [];
  if (by === one.import) {
    if (Number(writtenRow) !== row) return { kind: 'duplicate', of: Number(writtenRow) };
    return { kind: was === 'n' ? 'new' : 'changed', contact: stored };
  }
  const contact = mergePerson(one, person, stored, markOf(one, row, 'c'));
  if (isSameContact(contact, stored)) return { kind: 'unchanged', contact: stored };
  return { kind: 'changed', contact, before: stored };
}

function markOf(one: Import, row: number, was: 'n' | 'c'): string {
  return `${one.import}#${row}#${was}`;
}

/** Those of `open`, ascending by id, who stand in an earlier chunk. */
async function metBefore(
  table: Table,
  one: Import,
  open: readonly OpenRow[],
): Promise<ReadonlySet<OpenRow>> {
  const met = new Set<OpenRow>();
  if (open.length === 0) return met;
  for await (const people of seenBefore(table, one, one.next)) {
    let at = 0;
    for (const row of open) {
      const { who } = row;
      while (at < people.high.length && (people.high[at] ?? 0) < who.high) at += 1;
      if (isAmong(people, at, who)) met.add(row);
    }
  }
  return met;
}

function isAmong(people: IdMarks, from: number, { high, low }: IdMark): boolean {
  for (let at = from; people.high[at] === high; at += 1) if (people.low[at] === low) return true;
  return false;
}

async function writeChanged(
  table: Table,
  one: Import,
  open: readonly OpenRow[],
  hasRepeats: boolean,
): Promise<void> {
  const changes = open.flatMap(({ change }) => (change ? [change] : []));
  if (one.isDry || changes.length === 0) return;
  const place = { chunk: one.next, expires: one.startedAt + 2 * KEPT_MS };
  await changeBefore(table, one, place, (known) => {
    const before = new Map((hasRepeats ? known : []).map((contact) => [contact.id, contact]));
    for (const change of changes) before.set(change.before.id, change.before);
    return [...before.values()];
  });
  const gone = new Set<string>();
  await inParallel(changes, AT_ONCE, async ({ before, contact }) => {
    // Erased since she was read: she does not come back, neither now nor with an undo.
    if ((await changeContact(table, before, contact)) === 'gone') gone.add(contact.id);
  });
  if (gone.size === 0) return;
  await changeBefore(table, one, place, (known) => known.filter(({ id }) => !gone.has(id)));
}

async function noteSeen(table: Table, one: Import, open: readonly OpenRow[]): Promise<void> {
  const left = open.filter(({ kind }) => one.isDry || kind === 'unchanged');
  const marks = left.map(({ who }) => who);
  if (marks.length > 0) await saveSeen(table, one, one.next, marks);
}

function linesIn(text: string): number {
  let ends = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends += 1;
  if (text.includes('\r')) ends = text.match(/\r\n?|\n/g)?.length ?? 0;
  return text === '' || /[\r\n]$/.test(text) ? ends : ends + 1;
}
