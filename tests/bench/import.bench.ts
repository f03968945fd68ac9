// What bringing a list in costs: against papaparse alone, in memory, and when it is killed on the way.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import type { ImportView } from '#commands/import-view.ts';
import type { Table } from '#domain/ports.ts';
import { bundling } from '#infra/definition.ts';
import { listContacts } from '#store/audiences.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { pageImports } from '#store/imports.ts';
import { createTableInput } from '#store/table.ts';

const ROWS = Number(process.env.IMPORT_ROWS ?? 1_000_000);
const RESUMED_ROWS = 20_000;
const KILLS = 6;
/** As in import-function.ts, which is a process and no module. */
const TOKEN = 'token-of-the-bench-of-imports';
/** One row in a hundred is malformed, one in a thousand stands there twice. */
const BAD_EVERY = 100;
const TWICE_EVERY = 1_000;

export async function bench(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-import-'));
  try {
    const file = join(folder, 'people.csv');
    await writePeople(file, ROWS);
    const bundle = await bundled(folder);
    const side = await sideBySide(file, bundle);
    console.log(
      `${ROWS} rows: ours ${side.cpuSeconds} s of CPU (command line and function), papaparse alone ${side.papaparseCpuSeconds} s`,
    );
    const small = join(folder, 'killed.csv');
    await writePeople(small, RESUMED_ROWS);
    const resumed = await killedAndResumed(small, bundle);
    const maxRssMiB = Math.max(side.cliRssMiB, side.functionRssMiB, resumed.sdkFunctionRssMiB);
    return { ...side, ...resumed, maxRssMiB };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'function.mjs');
  // The bench serves HTTP itself: what stands in for Node's own modules stays out of it.
  const sdkAliases = Object.entries(bundling.alias).filter(([name]) => name.startsWith('@'));
  await build({
    entryPoints: [new URL('import-function.ts', import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    alias: Object.fromEntries(sdkAliases),
    absWorkingDir: new URL('../..', import.meta.url).pathname,
    banner: { js: bundling.banner },
    logLevel: 'error',
  });
  return outfile;
}

async function writePeople(file: string, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('email,first_name,city,zone,donor\n');
  for (let row = 0; row < rows; row += 1) {
    if (!stream.write(personRow(row))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

const CITIES = ['Paris', 'Orléans', '"Lyon, 3e"', 'Lille'];

function personRow(row: number): string {
  const who = row % TWICE_EVERY === TWICE_EVERY - 1 ? row - 1 : row;
  const at = row % BAD_EVERY === 7 ? '.at.' : '@';
  const domain = `mail${who % 97}.example.org`;
  return `reader-${who}.${((who * 7_919) % 1e6).toString(36)}${at}${domain},Name${row % 500},${CITIES[row % 4]},Europe/Paris,${row % 5 ? 'no' : 'yes'}\n`;
}

interface Usage {
  readonly maxRssKb: number;
  readonly cpuUs: number;
}

/** Each in processes of its own, their start included. */
async function sideBySide(file: string, bundle: string) {
  const api = await startFunction(bundle, []);
  const cli = await runCli(file, api.port);
  const own = await usageOf(api.child);
  api.child.disconnect();
  const papaparse = await papaparseAlone(file);
  const { counts } = cli.view;
  const cpuUs = cli.cpuUs + own.cpuUs;
  return {
    rows: counts.rows,
    rejected: counts.rejected,
    duplicates: counts.duplicates,
    papaparseRatio: round(papaparse.cpuUs / cpuUs, 3),
    cpuSeconds: round(cpuUs / 1e6, 1),
    papaparseCpuSeconds: round(papaparse.cpuUs / 1e6, 1),
    rowsPerCpuSecond: Math.round(counts.rows / (cpuUs / 1e6)),
    cliRssMiB: mib(cli.maxRssKb),
    functionRssMiB: mib(own.maxRssKb),
  };
}

async function papaparseAlone(file: string): Promise<Usage> {
  const child = fork(new URL('import-papaparse.ts', import.meta.url), [file]);
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

/** Bundled as it is uploaded: a function loads no TypeScript. */
async function startFunction(bundle: string, args: readonly string[], port = 0) {
  const child = fork(bundle, [String(port), ...args]);
  const [said] = (await once(child, 'message')) as [{ port: number }];
  return { child, port: said.port };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

function startCli(file: string, port: number, reports: boolean): ChildProcess {
  const main = new URL('../../cli/volley.mjs', import.meta.url).pathname;
  const report = new URL('import-usage.ts', import.meta.url).pathname;
  const preload = reports ? ['--import', report] : [];
  const args = [...preload, main, 'audience', 'import', file, '--list', 'people', '--json'];
  const env = { ...process.env, VOLLEY_URL: `http://127.0.0.1:${port}`, VOLLEY_TOKEN: TOKEN };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

async function runCli(file: string, port: number): Promise<Usage & { view: ImportView }> {
  const child = startCli(file, port, true);
  let usage: Usage = { maxRssKb: 0, cpuUs: 0 };
  let out = '';
  let problem = '';
  child.on('message', (message) => {
    usage = message as Usage;
  });
  child.stdout?.on('data', (piece) => {
    out += piece;
  });
  child.stderr?.on('data', (piece) => {
    problem += piece;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the import ended with ${code}: ${problem}`);
  return { ...usage, view: JSON.parse(out) as ImportView };
}

/** Command line and function are killed in turn while rows are under way, then go on. */
async function killedAndResumed(file: string, bundle: string) {
  const stub = fork(new URL('provider-stub.ts', import.meta.url), ['--dynamodb']);
  try {
    const [{ dynamoPort }] = (await once(stub, 'message')) as [{ dynamoPort: number }];
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${dynamoPort}`,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    });
    await client.send(new CreateTableCommand(createTableInput('bench')));
    const table = createDynamoTable(client, 'bench');
    let api = await startFunction(bundle, [String(dynamoPort)]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const cli = startCli(file, api.port, false);
      const gone = once(cli, 'close');
      await contactsAbove(table, Math.round((RESUMED_ROWS * (kill + 0.5)) / (KILLS + 1)), cli);
      if (kill % 2 === 0) cli.kill('SIGKILL');
      else {
        api.child.kill('SIGKILL');
        await once(api.child, 'close');
        api = await startFunction(bundle, [String(dynamoPort)], api.port);
        // It finds nobody for a moment and says so, or goes on by itself: either way it is killed.
        cli.kill('SIGKILL');
      }
      await gone;
    }
    const { view } = await runCli(file, api.port);
    const usage = await usageOf(api.child);
    api.child.disconnect();
    return {
      ...(await lossesOf(table, view)),
      kills: KILLS,
      sdkFunctionRssMiB: mib(usage.maxRssKb),
    };
  } finally {
    stub.disconnect();
  }
}

/** So many contacts stand there, or the import has come to its end. */
async function contactsAbove(table: Table, wanted: number, cli: ChildProcess): Promise<void> {
  for (;;) {
    if (cli.exitCode !== null || cli.signalCode !== null) return;
    const [latest] = (await pageImports(table, 'people', { limit: 1 })).imports;
    if ((latest?.rows ?? 0) >= wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What stands there against what the file says, person by person. */
async function lossesOf(table: Table, { counts }: ImportView) {
  const wanted = new Map<string, string>();
  for (let row = 0; row < RESUMED_ROWS; row += 1) {
    const [address = '', name = ''] = personRow(row).split(',');
    if (address.includes('@') && !wanted.has(address)) wanted.set(address, name);
  }
  let found = 0;
  let others = 0;
  for await (const page of listContacts(table, 'people')) {
    for (const { address, fields } of page) {
      if (wanted.get(address) === fields.first_name) found += 1;
      else others += 1;
    }
  }
  const { imports } = await pageImports(table, 'people', { limit: 50 });
  return {
    resumedRowsLost: wanted.size - found,
    resumedRowsDoubled: others + counts.new - wanted.size,
    resumedReportRows: counts.rows,
    resumedImports: imports.length,
  };
}

function mib(kilobytes: number): number {
  return Math.round(kilobytes / 1_024);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
