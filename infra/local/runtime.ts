// The whole of Volley on one machine: stand-ins and functions, started, wired and stopped.

import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import {
  functions as allFunctions,
  type FunctionDefinition,
  type FunctionName,
  queues,
} from '#infra/definition.ts';
import { DataFolder, PORT_NAMES, type PortName, type Ports, portsFrom } from './data-folder.ts';
import type { LocalWorld } from './function-environment.ts';
import { bundle } from './functions/bundle.ts';
import type { FunctionHost } from './functions/function-host.ts';
import { startHttpSurface } from './functions/http-surface.ts';
import { startInvokeEndpoint } from './functions/invoke-endpoint.ts';
import { startHosts } from './functions/start-hosts.ts';
import { startTriggers } from './functions/start-triggers.ts';
import { seedSecrets } from './seed.ts';
import { startDatabase, startServices } from './stand-ins/start-stand-ins.ts';

export interface RuntimeOptions {
  readonly data: string;
  /** First of a row of ports for a data folder that has none yet; 0 takes any free ones. */
  readonly basePort: number;
  /** What the SES stand-in grants: recipients a second and in 24 hours. */
  readonly perSecond: number;
  readonly perDay: number;
  /** How often functions on a schedule are started. */
  readonly beatMs: number;
  /** Other functions than those of the definition, and where they are: for tests. */
  readonly functions?: readonly FunctionDefinition[];
  readonly root?: string;
}

export interface Runtime {
  readonly urls: { readonly [name in PortName]: string };
  readonly token: string;
  /** Of the account on the social stand-in. */
  readonly socialToken: string;
  readonly folder: DataFolder;
  /** Functions in the middle of something are ended; what they left open is settled at the next start. */
  stop(): Promise<void>;
}

type Stops = (() => Promise<void> | void)[];

/** Where package.json stands. */
const checkout = join(import.meta.dirname, '..', '..');

/** Throws when the folder is in use, or when a port that links already name cannot be had. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const folder = new DataFolder(options.data);
  const output = createWriteStream(folder.file('functions.log'), { flags: 'a' });
  // Every worker thread writes into it.
  output.setMaxListeners(0);
  const stops: Stops = [];
  try {
    return await start(options, folder, output, stops);
  } catch (error) {
    await stopAll(stops, output);
    throw error;
  }
}

async function start(
  options: RuntimeOptions,
  folder: DataFolder,
  output: WriteStream,
  stops: Stops,
): Promise<Runtime> {
  const definitions = options.functions ?? allFunctions;
  const kept = folder.keptPorts();
  const ports = kept ?? portsFrom(options.basePort);
  const fixedPorts = kept !== undefined;
  const bundles = await bundle(options.root ?? checkout, definitions);
  const base = { folder: folder.path, ports, output };
  const database = await startDatabase(base);
  stops.push(() => database.stop());
  const secrets = seedSecrets(folder);
  const { perSecond, perDay } = options;
  const accounts = secrets.socialAccounts;
  const services = await startServices({ ...base, fixedPorts, perSecond, perDay, accounts });
  stops.push(() => services.stop());
  const hosts = new Map<FunctionName, FunctionHost>();
  const surfaces = await openSurfaces(definitions, hosts, ports, fixedPorts, stops);
  const urls = { ...database.urls, ...services.urls, ...surfaces } as LocalWorld['urls'];
  const world = { urls, overrides: process.env, queueUrls: queueUrls(urls.sqs) };
  stops.push(async () => {
    await Promise.all([...hosts.values()].map((host) => host.close()));
  });
  await startHosts(hosts, { definitions, bundles, world, output });
  const { beatMs } = options;
  const triggers = { queueEndpoint: urls.sqs, queueUrls: world.queueUrls, beatMs };
  stops.push(...startTriggers(definitions, hosts, triggers));
  const token = secrets.apiToken;
  folder.keepPorts(portsOf(urls));
  folder.writeRuntimeFile({ pid: process.pid, startedAt: Date.now(), token, urls });
  stops.push(() => folder.removeRuntimeFile());
  const { socialToken } = secrets;
  return { urls, token, socialToken, folder, stop: () => stopAll(stops, output) };
}

/** Open before there are functions, because these are told the addresses. */
async function openSurfaces(
  definitions: readonly FunctionDefinition[],
  hosts: ReadonlyMap<FunctionName, FunctionHost>,
  ports: Ports,
  fixedPorts: boolean,
  stops: Stops,
): Promise<{ [name in 'lambda' | 'api' | 'link']: string }> {
  const lambda = await startInvokeEndpoint({
    port: ports.lambda,
    hostOf: (name) => hosts.get(name as FunctionName),
  });
  stops.push(() => lambda.close());
  const surface = { definitions, hosts };
  const api = await startHttpSurface({ ...surface, host: 'api', port: ports.api });
  stops.push(() => api.close());
  const link = await startHttpSurface({
    ...surface,
    host: 'link',
    port: ports.link,
    portTaken: fixedPorts ? 'fail' : 'take_another',
  }).catch((cause: unknown) => {
    throw new Error(`port ${ports.link} is in use, and links already sent name it`, { cause });
  });
  stops.push(() => link.close());
  return { lambda: lambda.url, api: api.url, link: link.url };
}

/** In the reverse order of starting: who calls ends before who is called. */
async function stopAll(stops: Stops, output: WriteStream): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
  await new Promise((resolve) => output.end(resolve));
}

function queueUrls(endpoint: string): { readonly [queue: string]: string } {
  const all = queues.flatMap(({ name, deadLetter }) => [name, deadLetter]);
  return Object.fromEntries(all.map((name) => [name, `${endpoint}/000000000000/${name}`]));
}

function portsOf(urls: { readonly [name in PortName]: string }): Ports {
  return Object.fromEntries(PORT_NAMES.map((name) => [name, Number(new URL(urls[name]).port)])) as {
    [name in PortName]: number;
  };
}
