// `volley audience import`: what the columns mean, how it goes, and what became of every row.

import { basename, dirname, join } from 'node:path';
import { mapColumns } from '#domain/audience-columns.ts';
import { Refusal } from '#domain/faults.ts';
import { ID_PATTERN } from '#domain/ids.ts';
import { type ApiClient, connect } from './api-client.ts';
import { CommandFailure, exitCodes, flag, type Parsed, text } from './command.ts';
import { resultLines } from './import-lines.ts';
import { importList } from './import-list.ts';
import { openList } from './open-list.ts';
import { Progress } from './progress.ts';
import { RejectsFile } from './rejects-file.ts';
import { answer, note, style } from './screen.ts';
import { keepHeapSmall } from './small-heap.ts';
import { type Survey, surveyList } from './survey-list.ts';
import { count, many, table } from './words.ts';

export async function importFile(parsed: Parsed, file: string | undefined): Promise<number> {
  if (file === undefined) {
    throw new CommandFailure('which file? volley audience import FILE', exitCodes.usage);
  }
  keepHeapSmall();
  const audience = listNameOf(text(parsed, 'list') ?? file);
  const survey = await surveyList(openList(file));
  refuseHeadless(file, survey.header);
  const chosen = chosenColumns(parsed.values.map, survey.header);
  const columns = suggested(survey, chosen);
  const dryRun = flag(parsed, 'dry-run');
  const consent = consentOf(parsed);
  if (!parsed.json) note(...mappingLines(audience, file, survey, columns, dryRun));
  const list = {
    ...{ audience, survey, columns, dryRun },
    name: basename(file),
    open: () => openList(file),
    ...(consent ? { consent } : {}),
  };
  return run(connect(parsed), parsed, list, rejectsPath(parsed, file));
}

type ListWithColumns = Parameters<typeof importList>[1];

/** The import of a list whose columns are settled, shown as it goes. */
export async function run(
  api: ApiClient,
  parsed: Parsed,
  list: ListWithColumns,
  rejectsTo: string,
  /** Of the answer in JSON. */
  beside: object = {},
): Promise<number> {
  const rejects = new RejectsFile(rejectsTo, list.survey);
  const progress = new Progress(list.survey.rows, 'rows', !parsed.json);
  let isResumed = false;
  process.once('SIGINT', interrupted);
  const view = await importList(api, list, {
    begun: (begun, resumed) => {
      isResumed = resumed;
      if (resumed && !parsed.json) {
        note(`going on with import ${begun.import}: ${count(begun.counts.rows)} rows are in`);
      }
    },
    progress: (rows) => progress.show(rows),
    rejects: (some, chunk, before) => rejects.add(some, chunk, before),
  });
  process.off('SIGINT', interrupted);
  progress.end();
  rejects.close();
  const file = rejects.count > 0 ? rejects.path : undefined;
  const more = { ...beside, resumed: isResumed, ...(file === undefined ? {} : { rejects: file }) };
  answer(parsed.json, { ...view, ...more }, resultLines(view, file));
  return exitCodes.done;
}

function interrupted(): void {
  note('', 'interrupted: the same command goes on where it ended');
  process.exit(INTERRUPTED);
}

/** As a shell says of whom SIGINT ended. */
const INTERRUPTED = 130;

/** `lists/Prospects.csv.gz` is the list `prospects`. */
export function listNameOf(name: string): string {
  const id = basename(name)
    .replace(/\.(?:csv|tsv|txt|json|jsonl|ndjson)?(?:\.gz)?$/i, '')
    .toLowerCase()
    .replace(/[_ .]+/g, '-');
  if (ID_PATTERN.test(id)) return id;
  throw new CommandFailure(
    `"${name}" makes no name of a list: say it with --list (1 to 64 of a-z, 0-9 and -)`,
    exitCodes.usage,
  );
}

export function rejectsPath(parsed: Parsed, file: string): string {
  const name = basename(file).replace(/(?:\.\w{2,6})?(?:\.gz)?$/i, '');
  return text(parsed, 'rejects') ?? join(dirname(file), `${name}.rejects.csv`);
}

/** `email=E-Mail` names a meaning, then the heading. */
function chosenColumns(
  given: string | boolean | string[] | undefined,
  header: readonly string[],
): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const pair of Array.isArray(given) ? given : []) {
    const [means = '', ...rest] = pair.split('=');
    const heading = rest.join('=');
    if (!header.includes(heading)) {
      throw new CommandFailure(
        `--map ${pair}: there is no column "${heading}" (there is ${header.slice(0, 10).join(', ')})`,
        exitCodes.usage,
      );
    }
    chosen[heading] = means.trim();
  }
  return chosen;
}

/** Every column by name, so that what was shown is what is done. */
function suggested(survey: Survey, chosen: Record<string, string>): Record<string, string> {
  try {
    const { mapping, ignored } = mapColumns(survey.header, chosen, survey.sample);
    const left = ignored.filter((heading) => heading !== '');
    return { ...mapping, ...Object.fromEntries(left.map((heading) => [heading, '-'])) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new CommandFailure(
      `${error.message}\n  say it with --map, such as --map "email=${survey.header[0] ?? 'E-Mail'}"`,
    );
  }
}

function mappingLines(
  audience: string,
  file: string,
  survey: Survey,
  columns: { readonly [heading: string]: string },
  dryRun: boolean,
): string[] {
  const rows = survey.header.map((heading, index) => {
    const means = columns[heading] ?? '-';
    const value = survey.sample.find((row) => (row[index] ?? '') !== '')?.[index] ?? '';
    const example = value.length > 32 ? `${value.slice(0, 31)}…` : value;
    return [
      `  ${heading}`,
      means === '-' ? 'left out' : `is ${means}`,
      style.dim(printable(example)),
    ];
  });
  const what = `${basename(file)}: ${many(survey.rows, 'row')} into the list ${audience}`;
  return [dryRun ? `${what} (dry run)` : what, ...table(rows)];
}

/** Whatever a file holds, a terminal is only given letters. */
function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}]/gu, '·');
}

/** The first person of a file without headings would be lost without a word. */
function refuseHeadless(file: string, header: readonly string[]): void {
  const address = header.find((heading) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(heading.trim()));
  if (address === undefined) return;
  const message = `${basename(file)} begins with ${printable(address)}, a person: put a line of headings before it, such as email,first_name`;
  throw new CommandFailure(message);
}

function consentOf(parsed: Parsed): ListWithColumns['consent'] {
  const source = text(parsed, 'consent-source');
  const at = text(parsed, 'consent-at');
  const basis = text(parsed, 'basis');
  if (source === undefined) {
    if (at === undefined && basis === undefined) return undefined;
    throw new CommandFailure('--consent-at and --basis go with --consent-source', exitCodes.usage);
  }
  if (at !== undefined && !(/^\d{4}-\d\d-\d\d/.test(at) && Date.parse(at) > 0)) {
    throw new CommandFailure(`--consent-at ${at}: write a day such as 2026-09-01`, exitCodes.usage);
  }
  return { source, basis: basis ?? 'consent', ...(at === undefined ? {} : { at }) };
}
