// `volley conversions import`: goals that a shop or a donation platform knows of, by click id or by person.

import { basename } from 'node:path';
import type { ImportedConversions } from '#commands/import-conversions.ts';
import { readCsv } from '#domain/read-csv.ts';
import { type ApiClient, connect } from './api-client.ts';
import { rejectsPath } from './audience-import.ts';
import {
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  type Parsed,
  parse,
  text,
} from './command.ts';
import {
  amountOf,
  type ConversionColumns,
  conversionColumns,
  instantTextOf,
} from './conversion-row.ts';
import { type Chunk, cutCsv, isHead, textOf } from './cut-csv.ts';
import { openList } from './open-list.ts';
import { Progress } from './progress.ts';
import { type Reject, RejectsFile } from './rejects-file.ts';
import { answer, note } from './screen.ts';
import { type Survey, surveyList } from './survey-list.ts';
import { count, many } from './words.ts';

const usage = 'conversions import FILE [--burst BURST] [--map NAME=HEADING]';
const options = {
  map: {
    type: 'string',
    multiple: true,
    value: 'NAME=HEADING',
    about: 'which column is click, person, burst, id, value or at',
  },
  burst: {
    type: 'string',
    value: 'BURST',
    about: 'of whose list the people are, where rows say who it was',
  },
  minor: { type: 'boolean', about: 'amounts are in cents already' },
  rejects: { type: 'string', value: 'FILE', about: 'where rows that were not taken are written' },
  'dry-run': { type: 'boolean', about: 'judge every row and change nothing' },
} as const;

const ROWS_AT_ONCE = 500;

export const conversions: Command = {
  usage,
  about: 'bring in goals that another system knows, by click id, by person, or by both',
  more: `Each row needs the click id that {click} put into the destination, or who it was: an email address,
its SHA-256 in hex, or a contact id, and with it the burst. The same id (an order number) counts once,
however often the file is brought in; without one, click or person, time and amount together.
Where a burst held people back (holdout), bring in everybody's goals by person: those held back have
no link, and what the messages brought is told from both.`,
  options,
  words: ['import'],
  examples: [
    'volley conversions import donations.csv --dry-run',
    'volley conversions import everybody.csv --burst launch --map person=Email --map id="Order No"',
    'volley conversions import orders.csv --map click=utm_content --map value=Total --map id="Order No"',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const [verb, file] = parsed.positionals;
    if (verb !== 'import' || file === undefined) {
      throw new CommandFailure(`volley ${usage}`, exitCodes.usage);
    }
    return importFile(parsed, file);
  },
};

async function importFile(parsed: Parsed, file: string): Promise<number> {
  const survey = await surveyList(openList(file));
  const burst = text(parsed, 'burst');
  const columns = conversionColumns(survey.header, survey.sample, chosenOf(parsed), burst);
  if (!parsed.json) note(...mappingLines(file, survey, columns));
  const rejects = new RejectsFile(rejectsPath(parsed, file), survey);
  const progress = new Progress(survey.rows, 'rows', !parsed.json);
  const run = new Run(connect(parsed), parsed, columns, survey.delimiter);
  for await (const chunk of cutCsv(openList(file))) {
    if (isHead(chunk)) continue;
    const before = run.rows;
    const bad = await run.take(chunk);
    if (bad.length > 0) rejects.add(bad, chunk, before);
    progress.show(run.rows);
  }
  progress.end();
  rejects.close();
  const path = rejects.count > 0 ? rejects.path : undefined;
  const { rows, taken, byPerson, bursts } = run;
  const result = { rows, taken, byPerson, rejected: rejects.count, bursts, dryRun: run.isDry };
  answer(parsed.json, path === undefined ? result : { ...result, rejects: path }, [
    `${many(rows, 'row')} read, ${many(taken, 'conversion')} taken${run.isDry ? ' (dry run: nothing was changed)' : ''}`,
    ...(byPerson === 0
      ? []
      : [`  ${count(byPerson)} say who it was: whoever is on the burst's list is counted`]),
    ...Object.entries(bursts).map(
      ([burst, sum]) => `  ${burst}  ${count(sum.count)}, worth ${(sum.value / 100).toFixed(2)}`,
    ),
    ...(path === undefined ? [] : [`  ${count(rejects.count)} not taken: see ${path}`]),
  ]);
  return exitCodes.done;
}

class Run {
  readonly #api: ApiClient;
  readonly #columns: ConversionColumns;
  readonly #delimiter: string;
  readonly #isMinor: boolean;
  readonly isDry: boolean;
  readonly bursts: Record<string, { count: number; value: number }> = {};
  rows = 0;
  taken = 0;
  byPerson = 0;
  readonly #burst: string | undefined;
  #line = 1;

  constructor(api: ApiClient, parsed: Parsed, columns: ConversionColumns, delimiter: string) {
    this.#api = api;
    this.#columns = columns;
    this.#delimiter = delimiter;
    this.#isMinor = flag(parsed, 'minor');
    this.#burst = text(parsed, 'burst');
    this.isDry = flag(parsed, 'dry-run');
  }

  /** Rows that were not taken. */
  async take(chunk: Chunk): Promise<Reject[]> {
    const rejects: Reject[] = [];
    const lines = new Map<number, number>();
    let some: object[] = [];
    const send = async (): Promise<void> => {
      if (some.length > 0) rejects.push(...(await this.#send(some, lines)));
      some = [];
    };
    let line = this.#line;
    for (const row of readCsv(textOf(chunk), this.#delimiter, this.#line)) {
      this.rows += 1;
      line = row.line;
      lines.set(this.rows, line);
      const read = this.#read(row.cells);
      if ('code' in read) rejects.push({ row: this.rows, line, ...read });
      else some.push({ row: this.rows, ...read });
      if (some.length >= ROWS_AT_ONCE) await send();
    }
    await send();
    this.#line = line;
    return rejects;
  }

  #read(cells: readonly string[]): object | { code: string; message: string; column: string } {
    const cell = (column: number | undefined) =>
      column === undefined ? '' : (cells[column] ?? '').trim();
    const { click, person, burst, id, value, at } = this.#columns;
    const whose = this.#burst ?? cell(burst);
    const amount = cell(value) === '' ? undefined : amountOf(cell(value), this.#isMinor);
    if (cell(value) !== '' && amount === undefined) {
      return { code: 'value_unclear', message: 'this is no amount', column: 'value' };
    }
    const instant = cell(at) === '' ? undefined : instantTextOf(cell(at), Date.now());
    if (cell(at) !== '' && instant === undefined) {
      return {
        code: 'time_unclear',
        message: 'write a time such as 2026-11-03 20:15',
        column: 'at',
      };
    }
    return {
      ...(click === undefined ? {} : { click: cell(click) }),
      ...(cell(person) === '' ? {} : { person: cell(person) }),
      ...(whose === '' ? {} : { burst: whose }),
      ...(cell(id) === '' ? {} : { id: cell(id) }),
      ...(amount === undefined ? {} : { value: amount }),
      ...(instant === undefined ? {} : { at: instant }),
    };
  }

  async #send(rows: readonly object[], lines: ReadonlyMap<number, number>): Promise<Reject[]> {
    const body = { rows, ...(this.isDry ? { dryRun: true } : {}) };
    const said = await this.#api.call<ImportedConversions>('POST', '/v1/conversions/import', body);
    this.taken += said.taken;
    this.byPerson += said.byPerson;
    for (const [burst, { count: more, value }] of Object.entries(said.bursts)) {
      const sum = this.bursts[burst] ?? { count: 0, value: 0 };
      this.bursts[burst] = { count: sum.count + more, value: sum.value + value };
    }
    return said.rejects.map(({ row, code, message }) => ({
      row,
      line: lines.get(row) ?? 0,
      code,
      message,
    }));
  }
}

function chosenOf(parsed: Parsed): Record<string, string> {
  const { map } = parsed.values;
  const pairs = (Array.isArray(map) ? map : []).map((pair) => {
    const [name = '', ...heading] = pair.split('=');
    return [name, heading.join('=')] as const;
  });
  return Object.fromEntries(pairs);
}

function mappingLines(file: string, survey: Survey, columns: ConversionColumns): string[] {
  const named = Object.entries(columns).map(
    ([name, column]) => `${name} is "${survey.header[Number(column)]}"`,
  );
  return [`${basename(file)}: ${many(survey.rows, 'row')}`, `  ${named.join(', ')}`];
}
