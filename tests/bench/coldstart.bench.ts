// How long each uploaded bundle takes to load, over an empty module, in fresh processes of one run.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '#infra/aws/bundle-functions.ts';
import { functions } from '#infra/definition.ts';
import { sizesOf } from '../infra/sizes.ts';

const ROUNDS = 15;
/** Loads a module and prints what that took: the process's own start is not in it. */
const LOAD = `
const from = performance.now();
await import(process.argv[1]);
console.log(performance.now() - from);
process.exit(0);`;

/** Everything that a function may ask its environment for while it loads. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  ...Object.fromEntries(
    functions.flatMap(({ environment }) =>
      Object.keys(environment).map((name) => [name, 'https://go.example.org']),
    ),
  ),
  VOLLEY_SES_PER_SECOND: '',
  VOLLEY_SES_PER_DAY: '',
};

export async function bench(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-coldstart-'));
  try {
    const bundles = await bundleFunctions(folder);
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const handler = () => undefined;\n');
    const https = join(folder, 'https.mjs');
    writeFileSync(https, "import 'node:https';\nexport const handler = () => undefined;\n");
    const files = new Map([...bundles].map(([name, path]) => [name, join(path, 'index.mjs')]));
    const took = new Map<string, number[]>([['', []], ['node:https', []], ...[...files].map(none)]);
    // Side by side: whatever else the machine does falls on all alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      took.get('')?.push(load(empty));
      took.get('node:https')?.push(load(https));
      for (const [name, file] of files) took.get(name)?.push(load(file));
    }
    const emptyMs = median(took.get('') ?? []);
    const httpsMs = median(took.get('node:https') ?? []);
    const functions = sizesOf(bundles).map(({ name, minifiedKb, gzipKb }) => {
      const loadMs = median(took.get(name) ?? []);
      const loadMsRatioToEmptyModule = round1(loadMs / emptyMs);
      console.log(
        `${name.padEnd(12)} ${minifiedKb.toFixed(1).padStart(7)} KB  ${loadMs.toFixed(1).padStart(7)} ms  ${loadMsRatioToEmptyModule} x an empty module`,
      );
      // Whoever calls AWS loads Node's own client, whatever else a function is.
      const loadMsRatioToNodeHttps = round1(loadMs / httpsMs);
      return { name, minifiedKb, gzipKb, loadMsRatioToEmptyModule, loadMsRatioToNodeHttps };
    });
    return {
      functions,
      emptyModuleMs: Math.round(emptyMs * 100) / 100,
      httpsMs: round1(httpsMs),
      rounds: ROUNDS,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function none([name]: [string, string]): [string, number[]] {
  return [name, []];
}

function load(file: string): number {
  const args = ['--input-type=module', '-e', LOAD, file];
  return Number(execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: 'utf8' }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
