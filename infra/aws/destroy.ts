// npm run destroy -- -c stage=dev [--yes]: says what goes and what stays, then asks.

import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { buildApp } from './build-app.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { checkout, contextOfFile, settingsOrRefusal } from './context.ts';
import { keepsAndGoes } from './keeps-and-goes.ts';
import { runCdk } from './run-cdk.ts';
import { stackName } from './volley-stack.ts';

const words = process.argv.slice(2);
try {
  const settings = settingsOrRefusal(contextOfFile(words));
  for (const line of keepsAndGoes(settings)) console.log(line);
  if (words.includes('--yes') || (await isMeant(settings.stage))) {
    const outdir = join(checkout, 'cdk.out', settings.stage);
    buildApp({ settings, bundles: await bundleFunctions(), outdir }).app.synth();
    await runCdk(['destroy', stackName(settings), '--app', outdir, '--force']);
  } else {
    console.log('nothing was removed');
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function isMeant(stage: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Type ${stage} to remove it: `);
  terminal.close();
  return answer.trim() === stage;
}
