// The rows of an audience file, one after the other: a person, or why not.

import { createHash } from 'node:crypto';
import { CsvError, type Info, type Parser, parse } from 'csv-parse';
import { parseAddress } from '#domain/address.ts';
import { Refusal } from '#domain/faults.ts';
import { isZone } from '#domain/moment.ts';
import { type Column, type Columns, mapColumns } from './audience-columns.ts';

export interface Person {
  /** The same for the same normalised address. */
  readonly id: string;
  readonly address: string;
  readonly fields: { readonly [name: string]: string };
  readonly zone?: string;
}

export interface Reject {
  /** Counted from one, the header left out. */
  readonly row: number;
  /** The line of the file on which the row ends, counted from one. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly column?: string;
}

export type AudienceRow =
  | { readonly kind: 'header'; readonly columns: Columns }
  | {
      readonly kind: 'person';
      readonly row: number;
      readonly line: number;
      readonly person: Person;
    }
  | { readonly kind: 'reject'; readonly reject: Reject };

export type CsvSource = string | AsyncIterable<string | Uint8Array>;

/** A longer row is an unclosed quotation mark rather than a person. */
const ROW_BYTES_MAX = 64 * 1024;
const VALUE_CHARACTERS_MAX = 1_000;

/**
 * Reads CSV (RFC 4180; comma, semicolon or tab, told by the header; UTF-8 with or without mark)
 * at constant memory: the header first, then every row in order. Duplicates are the caller's
 * business. Throws Refusal `columns_invalid` or `csv_malformed` with the line.
 */
export async function* readAudience(
  csv: CsvSource,
  chosen: { readonly [header: string]: string } = {},
): AsyncGenerator<AudienceRow> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(csv),
    // Files glued together on several systems have all of them.
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: ROW_BYTES_MAX,
  });
  const feeding = feed(parser, typeof csv === 'string' ? [csv] : csv);
  let columns: Columns | undefined;
  let row = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: Info;
    }>) {
      if (!columns) {
        columns = mapColumns(record, chosen);
        yield { kind: 'header', columns };
        continue;
      }
      row += 1;
      yield readRow(record, columns, { row, line: info.lines });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error.lines);
    throw new Refusal('csv_malformed', `line ${line}: ${csvProblem(error)}`, {
      line,
      field: 'csv',
    });
  } finally {
    parser.destroy();
    await feeding;
  }
  if (!columns) throw new Refusal('csv_malformed', 'the file is empty', { field: 'csv', line: 1 });
}

/** Never faster than rows are taken; an error of the source becomes one of the parser. */
async function feed(
  parser: Parser,
  csv: Iterable<string> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of csv) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) await drained(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function drained(parser: Parser): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      parser.off('drain', done);
      parser.off('close', done);
      resolve();
    };
    parser.on('drain', done);
    parser.on('close', done);
  });
}

/** A contact's id within its audience. */
export function contactIdOf(address: string): string {
  return createHash('sha256').update(address).digest().subarray(0, 16).toString('base64url');
}

interface Place {
  readonly row: number;
  readonly line: number;
}

function readRow(record: readonly string[], columns: Columns, place: Place): AudienceRow {
  const reject = (code: string, message: string, column?: string): AudienceRow => ({
    kind: 'reject',
    reject: { ...place, code, message, ...(column === undefined ? {} : { column }) },
  });
  const wanted = columns.columns.length;
  if (record.length !== wanted) {
    return reject('wrong_columns', `the row has ${record.length} columns, the header ${wanted}`);
  }
  const draft: Draft = { address: '', fields: {} };
  for (const [index, column] of columns.columns.entries()) {
    const problem = readValue(record[index] ?? '', column, draft);
    if (problem) return reject(problem.code, problem.message, problem.column);
  }
  const { address, fields, zone } = draft;
  const person = { id: contactIdOf(address), address, fields };
  return { kind: 'person', ...place, person: zone === undefined ? person : { ...person, zone } };
}

interface Draft {
  address: string;
  readonly fields: Record<string, string>;
  zone?: string;
}

interface ValueProblem {
  readonly code: string;
  readonly message: string;
  readonly column: string;
}

/** Puts the value where it belongs, or says why it cannot stand there. */
function readValue(value: string, column: Column, draft: Draft): ValueProblem | undefined {
  if (column.kind === 'address') {
    const parsed = parseAddress(value);
    if (parsed.kind === 'refused') {
      return { code: parsed.code, message: parsed.message, column: 'email' };
    }
    draft.address = parsed.address;
  } else if (column.kind === 'zone' && value !== '') {
    if (!isZone(value)) {
      return { code: 'zone_unknown', message: 'this is no zone we know', column: 'zone' };
    }
    draft.zone = value;
  } else if (column.kind === 'field' && value !== '') {
    const problem = valueProblem(value);
    if (problem) return { ...problem, column: column.name };
    draft.fields[column.name] = value;
  }
  return undefined;
}

function valueProblem(value: string): { code: string; message: string } | undefined {
  if (value.length > VALUE_CHARACTERS_MAX) {
    const message = `the value has ${value.length} characters, at most ${VALUE_CHARACTERS_MAX}`;
    return { code: 'value_too_long', message };
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) {
    return {
      code: 'control_character',
      message: 'the value holds a control character or line break',
    };
  }
  if (!value.isWellFormed() || value.includes('\ufffd')) {
    return { code: 'not_utf8', message: 'the value is not valid UTF-8' };
  }
  return undefined;
}

/** Comma, unless the header of a text at hand says otherwise; streams are taken as comma. */
function delimiterOf(csv: CsvSource): string {
  if (typeof csv !== 'string') return ',';
  const end = csv.indexOf('\n');
  const header = csv.slice(0, end < 0 ? ROW_BYTES_MAX : Math.min(end, ROW_BYTES_MAX));
  const count = (mark: string) => header.split(mark).length - 1;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function csvProblem(error: CsvError): string {
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return `a row is longer than ${ROW_BYTES_MAX} bytes; is a quotation mark left open?`;
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'a quotation mark is left open';
  return 'quotation marks stand where none may';
}
