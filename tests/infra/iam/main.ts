// npm run iam: what each function may do against what it was seen to do; the last line is JSON.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '#infra/aws/build-app.ts';
import { bundleFunctions } from '#infra/aws/bundle-functions.ts';
import { settingsOrRefusal } from '#infra/aws/context.ts';
import { functions } from '#infra/definition.ts';
import { right } from '../example-settings.ts';
import { granted } from '../granted.ts';
import type { Template } from '../template.ts';
import { compare } from './compare.ts';
import { recordUses } from './record-uses.ts';
import { usedByLambda } from './used-by-lambda.ts';

const outdir = mkdtempSync(join(tmpdir(), 'volley-iam-synth-'));
try {
  const settings = settingsOrRefusal({ stage: 'prod', ...right });
  const { app, stack } = buildApp({ settings, bundles: await bundleFunctions(), outdir });
  const template = app.synth().getStackByName(stack.stackName).template as Template;
  const allowed = granted(template);
  const used = [...(await recordUses()), ...usedByLambda()];
  const differences = compare(allowed, used);
  for (const { function: name, action, on } of allowed) console.log(`${name} ${action} on ${on}`);
  console.log(
    JSON.stringify({
      functions: functions.length,
      granted: allowed.length,
      used: used.length,
      ...differences,
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
      node: process.version,
    }),
  );
  const count = differences.grantedNotUsed.length + differences.usedNotGranted.length;
  process.exitCode = count === 0 ? 0 : 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exit();
