// Templates as CloudFormation would get them, made once per test file and removed at its end.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { buildApp } from '#infra/aws/build-app.ts';
import { bundleFunctions } from '#infra/aws/bundle-functions.ts';
import { settingsOrRefusal } from '#infra/aws/context.ts';
import type { Stage } from '#infra/aws/settings.ts';
import { right } from './example-settings.ts';
import type { Template } from './template.ts';

export interface Synthesized {
  readonly template: Template;
  /** The assembly's folder. */
  readonly folder: string;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

let bundles: Promise<ReadonlyMap<string, string>> | undefined;

/** Bundles as the stack uploads them. */
export function bundled(): Promise<ReadonlyMap<string, string>> {
  bundles ??= bundleFunctions(temporary());
  return bundles;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'volley-synth-'));
  folders.push(folder);
  return folder;
}

const made = new Map<string, Promise<Synthesized>>();

/** Once for the same settings. */
export function synthesize(stage: Stage, more: object = {}): Promise<Synthesized> {
  const key = JSON.stringify([stage, more]);
  const known = made.get(key) ?? make(stage, more);
  made.set(key, known);
  return known;
}

async function make(stage: Stage, more: object): Promise<Synthesized> {
  const settings = settingsOrRefusal({ stage, [stage]: { ...right[stage], ...more } });
  const folder = temporary();
  const { app, stack } = buildApp({ settings, bundles: await bundled(), outdir: folder });
  app.synth();
  const file = join(folder, `${stack.stackName}.template.json`);
  return { template: JSON.parse(readFileSync(file, 'utf8')) as Template, folder };
}
