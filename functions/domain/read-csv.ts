// CSV as RFC 4180 has it, strictly: rows of a text, with the line on which each one ends.

import { Refusal } from './faults.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** Counted from one through the whole file. */
  readonly line: number;
  /** Where the next row begins in the text, in which every row ends with \n. */
  readonly end: number;
}

/** A longer row is an unclosed quotation mark rather than a person. */
export const ROW_CHARACTERS_MAX = 64 * 1024;

/**
 * Every row that is not blank. A row without quotation marks is cut by the engine's own split,
 * so that most rows cost well under a microsecond. Any of \r\n, \n and \r ends a row.
 * Throws Refusal `csv_malformed` with the line.
 * @param line how many lines of the file stand before this text
 */
export function* readCsv(text: string, delimiter: string, line = 0): Generator<CsvRow> {
  const all = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  let at = 0;
  let lines = line;
  while (at < all.length) {
    const newline = all.indexOf('\n', at);
    const end = newline < 0 ? all.length : newline;
    const raw = all.slice(at, end);
    if (raw.includes('"')) {
      const row = quotedRow(all, at, delimiter, lines + 1);
      at = row.end;
      lines = row.line;
      yield row;
      continue;
    }
    if (raw.length > ROW_CHARACTERS_MAX) throw malformed(lines + 1, TOO_LONG);
    at = end + 1;
    lines += 1;
    if (raw !== '') yield { cells: raw.split(delimiter), line: lines, end: at };
  }
}

/** Comma, semicolon or tab: whichever a header has most of. */
export function delimiterOf(header: string): ',' | ';' | '\t' {
  const count = (mark: string) => header.split(mark).length;
  const marks = [',', ';', '\t'] as const;
  return marks.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

const TOO_LONG = `a row is longer than ${ROW_CHARACTERS_MAX} characters; is a quotation mark left open?`;

function quotedRow(text: string, from: number, delimiter: string, line: number): CsvRow {
  const cells: string[] = [];
  let at = from;
  let lines = line;
  for (;;) {
    const place = { from, line: lines };
    const { value, end } =
      text[at] === '"' ? quotedCell(text, at, place) : plainCell(text, at, delimiter, place);
    if (end - from > ROW_CHARACTERS_MAX) throw malformed(line, TOO_LONG);
    cells.push(value);
    if (value.includes('\n')) lines += value.split('\n').length - 1;
    const mark = text[end];
    if (mark === undefined || mark === '\n') return { cells, line: lines, end: end + 1 };
    if (mark !== delimiter) throw malformed(lines, STRAY);
    at = end + 1;
  }
}

interface Cell {
  readonly value: string;
  /** Where the mark after it stands. */
  readonly end: number;
}

interface Place {
  /** Where its row begins. */
  readonly from: number;
  readonly line: number;
}

const STRAY = 'quotation marks stand where none may';

function quotedCell(text: string, open: number, { from, line }: Place): Cell {
  let at = open + 1;
  for (;;) {
    const mark = text.indexOf('"', at);
    if (mark < 0) {
      const isLong = text.length - from > ROW_CHARACTERS_MAX;
      throw malformed(line, isLong ? TOO_LONG : 'a quotation mark is left open');
    }
    // Two in a row are one of the value.
    if (text[mark + 1] !== '"') {
      return { value: text.slice(open + 1, mark).replaceAll('""', '"'), end: mark + 1 };
    }
    at = mark + 2;
  }
}

function plainCell(text: string, at: number, delimiter: string, { line }: Place): Cell {
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  // Within the row: a search through the rest of the text would be one too many.
  const row = text.slice(at, end);
  const next = row.indexOf(delimiter);
  const value = next < 0 ? row : row.slice(0, next);
  if (value.includes('"')) throw malformed(line, STRAY);
  return { value, end: at + value.length };
}

function malformed(line: number, problem: string): Refusal {
  return new Refusal('csv_malformed', `line ${line}: ${problem}`, { line, field: 'csv' });
}
