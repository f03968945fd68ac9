// `volley audience`: lists of people, in and out.

import type { ImportView } from '#commands/import-view.ts';
import type { ShownImports } from '#commands/show-imports.ts';
import { type ApiClient, connect } from './api-client.ts';
import { exportOptions, importOptions, showOptions } from './audience-options.ts';
import { type Command, CommandFailure, exitCodes, type Parsed, parse } from './command.ts';
import { importRow } from './import-lines.ts';
import { pagesOf } from './pages-of.ts';
import { answer } from './screen.ts';
import { count, table } from './words.ts';

const usage = 'audience import FILE | show [LIST] | export LIST | imports LIST | undo LIST IMPORT';
const options = { ...importOptions, ...showOptions, ...exportOptions };

const verbs: Readonly<Record<string, (parsed: Parsed, names: string[]) => Promise<number>>> = {
  import: async (parsed, [file]) => (await import('./audience-import.ts')).importFile(parsed, file),
  show: async (parsed, [list]) => (await import('./audience-show.ts')).showAudience(parsed, list),
  export: async (parsed, [list]) =>
    (await import('./audience-export.ts')).exportAudience(parsed, list),
  imports: (parsed, [list]) => showImports(parsed, list),
  undo: (parsed, [list, id]) => undo(parsed, list, id),
};

export const audience: Command = {
  usage,
  about: 'bring people into a list, look at it, take it out again',
  more: `An import may be interrupted at any time: the same command goes on where it ended. Rows that
cannot be taken are written to a file with the reason. Importing again changes only what changed;
undo brings back what was before, for 30 days.`,
  options,
  words: Object.keys(verbs),
  examples: [
    'volley audience import supporters.csv --dry-run',
    'volley audience import members.csv --map "email=E-Mail" --consent-source "Join form" --consent-at 2026-09-01',
    "volley audience show supporters --segment '{field: country, is: [FR, BE]}'",
    'volley audience show supporters --who ana@example.org',
    'volley audience export supporters --out supporters.csv',
    'volley audience export supporters --json',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const [verb = '', ...names] = parsed.positionals;
    const carryOut = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!carryOut) throw new CommandFailure(`volley ${usage}`, exitCodes.usage);
    return carryOut(parsed, names);
  },
};

async function showImports(parsed: Parsed, list: string | undefined): Promise<number> {
  const imports = await importsOf(connect(parsed), list);
  const lines = imports.length === 0 ? ['nothing was imported'] : table(imports.map(importRow));
  answer(parsed.json, { imports }, lines);
  return exitCodes.done;
}

async function importsOf(api: ApiClient, list: string | undefined): Promise<ImportView[]> {
  if (list === undefined) throw new CommandFailure('which list?', exitCodes.usage);
  const path = `/v1/audiences/${encodeURIComponent(list)}/imports`;
  const imports: ImportView[] = [];
  for await (const page of pagesOf<ShownImports>(api, path)) imports.push(...page.imports);
  return imports;
}

async function undo(
  parsed: Parsed,
  list: string | undefined,
  id: string | undefined,
): Promise<number> {
  const api = connect(parsed);
  const imports = await importsOf(api, list);
  const isUndoable = (one: ImportView) => !one.dryRun && one.state !== 'undone';
  const one =
    id === 'latest' ? imports.find(isUndoable) : imports.find((known) => known.import === id);
  if (!one) {
    const what = id === undefined ? 'which import?' : `there is no import ${id} into ${list}:`;
    throw new CommandFailure(`${what} see volley audience imports ${list}, or say latest`);
  }
  const path = `/v1/audiences/${encodeURIComponent(one.audience)}/imports/${one.import}/undo`;
  let view: ImportView;
  // One call works for a while and says how far it came.
  do view = await api.call<ImportView>('POST', path);
  while (view.state !== 'undone');
  const { removed = 0, restored = 0, left = 0 } = view.undo ?? {};
  answer(parsed.json, view, [
    `${list}: import ${one.import} was taken back`,
    `  ${count(removed)} removed, ${count(restored)} as before, ${count(left)} left as they were changed since`,
  ]);
  return exitCodes.done;
}
