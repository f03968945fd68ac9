// A host for every function whose bundle was made.

import type { Writable } from 'node:stream';
import type { FunctionDefinition, FunctionName } from '#infra/definition.ts';
import { functionEnvironment, type LocalWorld } from '../function-environment.ts';
import { FunctionHost } from './function-host.ts';

/** Sandboxes at once where a call can last: one holds, one stands by, one takes the next tick. */
const RUN_SANDBOXES = 3;
const HTTP_CALLS_AT_ONCE = 64;

export interface HostsOptions {
  readonly definitions: readonly FunctionDefinition[];
  readonly bundles: ReadonlyMap<string, string>;
  readonly world: LocalWorld;
  readonly output: Writable;
}

/** Fills `hosts` and waits until each has loaded its bundle once. */
export async function startHosts(
  hosts: Map<FunctionName, FunctionHost>,
  options: HostsOptions,
): Promise<void> {
  for (const definition of options.definitions) {
    const bundle = options.bundles.get(definition.name);
    if (!bundle) continue;
    const isHttp = definition.triggers.some(({ kind }) => kind === 'http');
    const hosted = {
      name: definition.name,
      bundle,
      environment: functionEnvironment(definition, options.world),
      timeoutSeconds: definition.timeoutSeconds,
      sandboxesMax: definition.name === 'run' ? RUN_SANDBOXES : 1,
      callsMax: isHttp ? HTTP_CALLS_AT_ONCE : 1,
    };
    hosts.set(definition.name, new FunctionHost(hosted, options.output));
  }
  await Promise.all([...hosts.values()].map((host) => host.warm()));
}
