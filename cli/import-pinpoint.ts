// `volley import-pinpoint`: segments, endpoints and templates out of Amazon Pinpoint.

import { basename } from 'node:path';
import { parseAddress } from '#domain/address.ts';
import { csvCell } from '#domain/csv-cell.ts';
import { type ApiClient, connect } from './api-client.ts';
import { listNameOf, rejectsPath, run } from './audience-import.ts';
import {
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  type Parsed,
  parse,
  text,
} from './command.ts';
import { importTemplates } from './import-pinpoint-template.ts';
import { fieldOf, readEndpoints } from './pinpoint-endpoint.ts';
import { Progress } from './progress.ts';
import { note } from './screen.ts';
import { surveyList } from './survey-list.ts';
import { count, table } from './words.ts';

const usage = 'import-pinpoint segment|endpoints|template FILE...';
const options = {
  list: { type: 'string', value: 'LIST', about: 'the list people go into; else the first file' },
  rejects: { type: 'string', value: 'FILE', about: 'where rows that were not taken are written' },
  out: { type: 'string', value: 'DIR', about: 'where templates are written; else here' },
  'dry-run': { type: 'boolean', about: 'say what would happen and change nothing' },
} as const;

export const importPinpoint: Command = {
  usage,
  about: 'bring in what Amazon Pinpoint exported',
  more: `Segments and endpoints are CSV or JSON lines, packed with gzip or not. Whoever had opted out is
suppressed first and never written to; other channels and inactive endpoints are left out and
counted. Templates become Markdown; what cannot be carried over is named. See docs/from-pinpoint.md.`,
  options,
  words: ['segment', 'endpoints', 'template'],
  examples: [
    'volley import-pinpoint segment donors.csv --dry-run',
    'volley import-pinpoint endpoints export/*.gz --list supporters',
    'volley import-pinpoint template welcome.json --out campaign',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const [what = '', ...files] = parsed.positionals;
    const [first] = files;
    if (!['segment', 'endpoints', 'template'].includes(what) || first === undefined) {
      throw new CommandFailure(`volley ${usage}`, exitCodes.usage);
    }
    if (what === 'template') return importTemplates(parsed, files);
    return importPeople(parsed, files, listNameOf(text(parsed, 'list') ?? first));
  },
};

interface Found {
  /** Their path to our column. */
  readonly columns: Map<string, string>;
  readonly counts: { email: number; optedOut: number; inactive: number; otherChannels: number };
}

const COLUMNS_MAX = 90;
const AT_ONCE = 8;

async function importPeople(
  parsed: Parsed,
  files: readonly string[],
  audience: string,
): Promise<number> {
  const found = await look(files);
  const dryRun = flag(parsed, 'dry-run');
  if (!parsed.json) note(...foundLines(found, files, audience, dryRun));
  const api = connect(parsed);
  const open = () => asCsv(files, found.columns);
  const survey = await surveyList(open());
  // Orders first: whoever left must not be written to, whatever becomes of the rest.
  if (!dryRun) await suppressAll(api, parsed, files, found.counts.optedOut);
  const name = files
    .map((file) => basename(file))
    .join(', ')
    .slice(0, 200);
  const list = { audience, name, survey, open, dryRun };
  return run(api, parsed, list, rejectsPath(parsed, files[0] ?? audience), {
    pinpoint: { ...found.counts, columns: Object.fromEntries(found.columns) },
  });
}

async function look(files: readonly string[]): Promise<Found> {
  const counts = { email: 0, optedOut: 0, inactive: 0, otherChannels: 0 };
  const paths = new Set<string>();
  for (const file of files) {
    for await (const endpoint of readEndpoints(file)) {
      const kind = kindOf(endpoint);
      counts[kind] += 1;
      if (kind === 'email') for (const path of endpoint.values.keys()) paths.add(path);
    }
  }
  if (paths.size > COLUMNS_MAX) {
    throw new CommandFailure(`there are ${paths.size} attributes, at most ${COLUMNS_MAX}`);
  }
  return { columns: columnsOf([...paths].sort()), counts };
}

type Kind = keyof Found['counts'];

function kindOf({
  channel,
  address,
  isOptedOut,
  isActive,
}: {
  readonly channel: string;
  readonly address: string;
  readonly isOptedOut: boolean;
  readonly isActive: boolean;
}): Kind {
  const isEmail = channel === 'EMAIL' || (channel === '' && address.includes('@'));
  if (!isEmail) return 'otherChannels';
  if (isOptedOut) return 'optedOut';
  return isActive ? 'email' : 'inactive';
}

/** Two paths that end alike keep apart: the second one is called after its whole path. */
function columnsOf(paths: readonly string[]): Map<string, string> {
  const columns = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of paths) {
    let name = fieldOf(path);
    for (let number = 2; taken.has(name); number += 1) {
      name = `${fieldOf(path).slice(0, 36)}_${number}`;
    }
    taken.add(name);
    columns.set(path, name);
  }
  return columns;
}

/** The very same bytes each time, so that an import that was interrupted finds its place. */
async function* asCsv(
  files: readonly string[],
  columns: ReadonlyMap<string, string>,
): AsyncGenerator<Uint8Array> {
  const encode = (cells: readonly string[]) =>
    Buffer.from(`${cells.map((cell) => csvCell(cell.replace(/[\r\n]+/g, ' '))).join(',')}\n`);
  yield encode(['email', ...columns.values()]);
  for (const file of files) {
    for await (const endpoint of readEndpoints(file)) {
      if (kindOf(endpoint) !== 'email') continue;
      const values = [...columns.keys()].map((path) => endpoint.values.get(path) ?? '');
      yield encode([endpoint.address, ...values]);
    }
  }
}

async function suppressAll(
  api: ApiClient,
  parsed: Parsed,
  files: readonly string[],
  total: number,
): Promise<void> {
  const progress = new Progress(total, 'opt-outs', !parsed.json);
  let done = 0;
  let waiting: Promise<unknown>[] = [];
  for (const file of files) {
    for await (const endpoint of readEndpoints(file)) {
      if (kindOf(endpoint) !== 'optedOut') continue;
      const { address } = endpoint;
      if (parseAddress(address).kind !== 'address') {
        note(`an opt-out is no address we could ever write to and was passed over`);
        continue;
      }
      waiting.push(api.call('POST', '/v1/suppressions', { address, reason: 'unsubscribed' }));
      if (waiting.length < AT_ONCE) continue;
      await Promise.all(waiting);
      done += waiting.length;
      waiting = [];
      progress.show(done);
    }
  }
  await Promise.all(waiting);
  progress.end();
}

function foundLines(
  { columns, counts }: Found,
  files: readonly string[],
  audience: string,
  dryRun: boolean,
): string[] {
  return [
    `${files.length === 1 ? basename(files[0] ?? '') : `${files.length} files`} into the list ${audience}${dryRun ? ' (dry run)' : ''}`,
    `  ${count(counts.email)} email endpoints, ${count(counts.optedOut)} opted out (suppressed, not in the list)`,
    `  ${count(counts.inactive)} inactive and ${count(counts.otherChannels)} of other channels are left out`,
    ...table([...columns].map(([path, name]) => [`  ${path}`, `is ${name}`])),
  ];
}
