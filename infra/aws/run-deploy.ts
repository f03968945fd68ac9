// A deployment step by step: settings, synthesis, a look at the account, keys, CDK, what is next.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { checkout, settingsOrRefusal } from './context.ts';
import { deployProblems, exampleProblems, type Seen } from './deploy-checks.ts';
import type { MadeParameters } from './make-parameters.ts';
import { nextSteps } from './next-steps.ts';
import type { Settings } from './settings.ts';
import { stackName } from './volley-stack.ts';

export interface DeployWorld {
  readonly context: { readonly [name: string]: unknown };
  readonly say: (line: string) => void;
  readonly lookAtAccount: (settings: Settings) => Promise<Seen>;
  readonly makeParameters: (settings: Settings) => Promise<MadeParameters>;
  /** Runs `cdk` with these words; rejects when it fails. */
  readonly cdk: (words: readonly string[]) => Promise<void>;
  /** What the stack put out, by name; read after it was deployed. */
  readonly outputs: (file: string, stack: string) => { readonly [name: string]: string };
  /** Look, and stop before anything is changed. */
  readonly checkOnly: boolean;
  /** Changes of permissions are not asked about. */
  readonly yes: boolean;
}

/** Throws, with what to set, before anything is created. */
export async function runDeploy(world: DeployWorld): Promise<void> {
  const { say } = world;
  const settings = settingsOrRefusal(world.context);
  refuseAny(exampleProblems(settings));
  const { stage, region } = settings;
  const assembly = join(checkout, 'cdk.out', stage);
  rmSync(assembly, { recursive: true, force: true });
  const bundles = await bundleFunctions();
  buildApp({ settings, bundles, outdir: assembly }).app.synth();
  say(`settings and template are right: stage ${stage}, ${region}`);
  const seen = await world.lookAtAccount(settings);
  refuseAny(deployProblems(settings, seen));
  say(
    seen.table
      ? 'the account has this stage: it is updated'
      : 'the account does not have this stage yet',
  );
  if (world.checkOnly) {
    say('nothing was changed: leave --check out to deploy');
    return;
  }
  const { made, kept } = await world.makeParameters(settings);
  say(`keys and tokens: ${made.length} made, ${kept.length} there already`);
  await world.cdk(['bootstrap', '--app', assembly]);
  const file = join(checkout, 'cdk.out', `${stage}-outputs.json`);
  const approval = world.yes ? ['--require-approval', 'never'] : [];
  await world.cdk([
    'deploy',
    stackName(settings),
    '--app',
    assembly,
    '--outputs-file',
    file,
    ...approval,
  ]);
  for (const line of nextSteps(settings, world.outputs(file, stackName(settings)), seen)) say(line);
}

function refuseAny(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(`Nothing was created:\n${problems.map((one) => `  - ${one}`).join('\n')}`);
}
