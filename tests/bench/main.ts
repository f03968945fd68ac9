// npm run bench -- [name ...]: measures side by side in one run; the last line of each is JSON.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const folder = new URL('.', import.meta.url);
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const unknown = named.filter((name) => !existsSync(new URL(`${name}.bench.ts`, folder)));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}

for (const name of named.length > 0 ? named : all) {
  console.log(`\n# ${name}`);
  const { bench } = (await import(new URL(`${name}.bench.ts`, folder).href)) as {
    bench: () => Promise<object>;
  };
  const figures = await bench();
  const stamp = { bench: name, commit: commit(), node: process.version };
  console.log(JSON.stringify({ ...figures, ...stamp }));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
