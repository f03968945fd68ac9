#!/usr/bin/env node
// `npx volley`: runs the operator's commands under a Node that reads TypeScript as it is.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('./main.ts', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Types are stripped once and kept: every start after the first is quicker and smaller.
  modules.enableCompileCache?.();
  await import(main.href);
} else {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    console.error('volley needs the packages of this checkout: run npm ci first');
    process.exit(1);
  }
  const { status } = spawnSync(own, [fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
