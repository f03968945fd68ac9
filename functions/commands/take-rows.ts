// The rows of one chunk of an import: judged against what stands there, and written.

import { Fault, Refusal } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';
import { readCsv } from '#domain/read-csv.ts';
import { addContact, type Contact, loadContact, saveContact } from '#store/audiences.ts';
import {
  type ChunkAnswer,
  type IdMark,
  type IdMarks,
  type Import,
  idMark,
  KEPT_MS,
  loadBefore,
  type Reject,
  type RowCounts,
  saveBefore,
  saveSeen,
  seenBefore,
} from '#store/imports.ts';
import { inParallel } from './in-parallel.ts';
import { isSameContact, mergePerson } from './merge-person.ts';
import { type Person, type RowProblem, readPerson } from './read-person.ts';

/** So that a chunk is done within the time of a function, whatever stands in it. */
export const CHUNK_ROWS_MAX = 10_000;
const AT_ONCE = 32;

export interface RowPorts {
  readonly table: Table;
  /** Of these addresses, how many are under a standing order. */
  readonly countSuppressed: (addresses: readonly string[]) => Promise<number>;
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

/**
 * Takes the next chunk of an import. May be interrupted anywhere and given again: contacts that it
 * wrote carry the import and the row, so they count as before; what was there before is stored
 * ahead of the first change. Cost of a row: a read, and a write where something changes; of a new
 * one in an empty audience the write alone.
 */
export async function takeRows(
  ports: RowPorts,
  one: Import,
  chunk: { readonly text: string; readonly digest: string },
): Promise<{ readonly answer: ChunkAnswer; readonly domains: ReadonlySet<string> }> {
  const { rows, rejects, count } = readRows(one, chunk.text);
  const fates = await inParallel(rows, AT_ONCE, (row) => judge(ports.table, one, row));
  await findSeen(ports.table, one, rows, fates);
  await writeChanged(ports.table, one, fates);
  await noteSeen(ports.table, one, fates);
  for (const [index, fate] of fates.entries()) {
    const row = rows[index];
    if (row && fate.kind === 'duplicate') rejects.push(duplicate(row, fate.of));
  }
  rejects.sort((a, b) => a.row - b.row);
  const answer = {
    chunk: one.next,
    digest: chunk.digest,
    rows: count,
    lines: linesIn(chunk.text),
    counts: await countFates(ports, fates, rejects, count),
    rejects,
  };
  const domains = rows.map(({ person: { address } }) => address.slice(address.indexOf('@') + 1));
  return { answer, domains: new Set(domains) };
}

function readRows(one: Import, text: string) {
  const rows: Row[] = [];
  const rejects: Reject[] = [];
  const first = new Map<string, number>();
  let count = 0;
  for (const { cells, line } of readCsv(text, one.delimiter, one.lines)) {
    count += 1;
    if (count > CHUNK_ROWS_MAX) {
      const limit = `at most ${CHUNK_ROWS_MAX} rows`;
      throw new Refusal('chunk_too_long', 'the chunk has too many rows', { field: 'csv', limit });
    }
    const row = one.rows + count;
    const read = readPerson(cells, one.columns, one.startedAt);
    if (read.kind === 'problem') {
      rejects.push(rejectOf({ row, line }, read.problem));
      continue;
    }
    const { person } = read;
    const of = first.get(person.id);
    if (of !== undefined) rejects.push(duplicate({ row, line }, of));
    else {
      first.set(person.id, row);
      rows.push({ row, line, person });
    }
  }
  return { rows, rejects, count };
}

async function judge(table: Table, one: Import, { row, person }: Row): Promise<Fate> {
  const { audience, isDry } = one;
  const fresh = { ...mergePerson(one, person, undefined), mark: markOf(one, row, 'n') };
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
  const next = mergePerson(one, person, stored);
  if (isSameContact(next, stored)) return { kind: 'unchanged', contact: stored };
  const contact = { ...next, mark: markOf(one, row, 'c') };
  return { kind: 'changed', contact, before: stored };
}

function markOf(one: Import, row: number, was: 'n' | 'c'): string {
  return `${one.import}#${row}#${was}`;
}

/** A contact that this import left alone says nothing of it: earlier chunks tell who was met. */
async function findSeen(
  table: Table,
  one: Import,
  rows: readonly Row[],
  fates: Fate[],
): Promise<void> {
  const open = rows.flatMap(({ person }, index) => {
    const fate = fates[index];
    return fate && isUnmarked(one, fate) ? [{ index, who: idMark(person.id) }] : [];
  });
  if (open.length === 0 || one.next === 0) return;
  open.sort((a, b) => a.who.high - b.who.high);
  for await (const people of seenBefore(table, one, one.next)) {
    let at = 0;
    for (const { index, who } of open) {
      while (at < people.high.length && (people.high[at] ?? 0) < who.high) at += 1;
      if (people.high[at] === who.high && isAmong(people, at, who)) {
        fates[index] = { kind: 'duplicate' };
      }
    }
  }
}

function isAmong(people: IdMarks, from: number, { high, low }: IdMark): boolean {
  for (let at = from; people.high[at] === high; at += 1) if (people.low[at] === low) return true;
  return false;
}

/** Nothing in the table tells yet that this import has met the contact. */
function isUnmarked(one: Import, fate: Fate): boolean {
  if (fate.kind === 'duplicate') return false;
  return (
    one.isDry === true || fate.kind === 'unchanged' || (fate.kind === 'changed' && !!fate.before)
  );
}

async function writeChanged(table: Table, one: Import, fates: readonly Fate[]): Promise<void> {
  const changed = fates.filter((fate) => fate.kind === 'changed');
  const fresh = changed.filter((fate) => fate.before !== undefined);
  if (one.isDry || fresh.length === 0) return;
  const isRepeat = changed.length > fresh.length;
  const known = isRepeat ? await loadBefore(table, one, one.next) : [];
  const before = new Map(known.map((contact) => [contact.id, contact]));
  for (const fate of fresh) if (fate.before) before.set(fate.before.id, fate.before);
  await saveBefore(table, one, one.next, [...before.values()], one.startedAt + 2 * KEPT_MS);
  await inParallel(fresh, AT_ONCE, ({ contact }) => saveContact(table, contact));
}

async function noteSeen(table: Table, one: Import, fates: readonly Fate[]): Promise<void> {
  const left = fates.flatMap((fate) => {
    if (fate.kind === 'duplicate') return [];
    return one.isDry || fate.kind === 'unchanged' ? [idMark(fate.contact.id)] : [];
  });
  if (left.length === 0) return;
  left.sort((a, b) => a.high - b.high);
  await saveSeen(table, one, one.next, left);
}

async function countFates(
  ports: RowPorts,
  fates: readonly Fate[],
  rejects: readonly Reject[],
  rows: number,
): Promise<RowCounts> {
  const taken = fates.flatMap((fate) => (fate.kind === 'duplicate' ? [] : [fate.contact]));
  const count = (kind: Fate['kind']) => fates.filter((fate) => fate.kind === kind).length;
  const duplicates = rejects.filter((reject) => reject.code === 'duplicate').length;
  return {
    rows,
    new: count('new'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    duplicates,
    rejected: rejects.length - duplicates,
    suppressed: await ports.countSuppressed(taken.map(({ address }) => address)),
    withoutConsent: taken.filter(({ consent }) => consent?.email === undefined).length,
  };
}

function rejectOf(place: { row: number; line: number }, problem: RowProblem): Reject {
  const { code, message, column } = problem;
  const { row, line } = place;
  return { row, line, code, message, ...(column === undefined ? {} : { column }) };
}

function duplicate(place: { row: number; line: number }, of: number | undefined): Reject {
  const where = of === undefined ? 'further up' : `in row ${of}`;
  const message = `the same address stands ${where}`;
  return rejectOf(place, { code: 'duplicate', message, column: 'email' });
}

function linesIn(text: string): number {
  const ends = text.match(/\r\n?|\n/g)?.length ?? 0;
  return text === '' || /[\r\n]$/.test(text) ? ends : ends + 1;
}
