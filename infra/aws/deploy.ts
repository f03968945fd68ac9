// npm run deploy -- -c stage=prod [-c name=value] [--check] [--yes]

import { readFileSync } from 'node:fs';
import { contextOfFile } from './context.ts';
import { lookAtAccount } from './look-at-account.ts';
import { makeParameters } from './make-parameters.ts';
import { runCdk } from './run-cdk.ts';
import { runDeploy } from './run-deploy.ts';

const words = process.argv.slice(2);
try {
  await runDeploy({
    context: contextOfFile(words),
    say: (line) => console.log(line),
    lookAtAccount,
    makeParameters,
    cdk: runCdk,
    outputs: (file, stack) => JSON.parse(readFileSync(file, 'utf8'))[stack] ?? {},
    checkOnly: words.includes('--check'),
    yes: words.includes('--yes'),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
