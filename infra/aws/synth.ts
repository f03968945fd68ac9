// npm run synth: every stage's template, offline, with the checks that must pass; prints the seconds.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { checkout, contextOfFile, settingsOrRefusal } from './context.ts';
import { STAGES } from './settings.ts';

const startedAt = performance.now();
const seconds = () => Number(((performance.now() - startedAt) / 1_000).toFixed(1));
try {
  const context = contextOfFile(process.argv.slice(2));
  const stages = context.stage === undefined ? STAGES : [String(context.stage)];
  const bundles = await bundleFunctions();
  const resources: Record<string, number> = {};
  for (const stage of stages) {
    const settings = settingsOrRefusal({ ...context, stage });
    const outdir = join(checkout, 'cdk.out', stage);
    rmSync(outdir, { recursive: true, force: true });
    const { app, stack } = buildApp({ settings, bundles, outdir });
    const template = app.synth().getStackByName(stack.stackName).template as {
      readonly Resources: object;
    };
    resources[stage] = Object.keys(template.Resources).length;
    console.log(`${stage}: ${resources[stage]} resources, no finding unanswered, cdk.out/${stage}`);
  }
  console.log(JSON.stringify({ seconds: seconds(), resources }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
