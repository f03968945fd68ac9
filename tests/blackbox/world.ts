// All processes of one run and the folder they live in: runners, record, API, table, SES and two
// social servers. Everything is on loopback; nothing outlives `stop`.

import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync, type WriteStream, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FunctionName, functions, names } from '#infra/definition.ts';
import { functionEnvironment, type LocalWorld } from '#infra/local/function-environment.ts';
import { json, serve } from '#infra/local/http-server.ts';
import { startParameters } from '#infra/local/stand-ins/parameters.ts';
import { type BundleName, type Bundles, buildBundles, type Edit } from './bundles.ts';
import { SES_FAULTS, SOCIAL_FAULTS } from './faults.ts';
import { Slot } from './fleet.ts';
import type { ApiInput } from './processes/api.ts';
import type { DatabaseInput } from './processes/database.ts';
import type { RecordInput } from './processes/record.ts';
import type { RunInput } from './processes/run.ts';
import type { SesInput } from './processes/ses.ts';
import type { SocialInput } from './processes/social.ts';
import { randomOf } from './random.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly runners: number;
  /** After this many milliseconds a caller has given up on a provider. */
  readonly callerGivesUpMs: number;
  readonly edits: readonly Edit[];
  /** `naive` puts another runner in the place of Volley's. */
  readonly runner: Extract<BundleName, 'run' | 'naive'>;
  /** Gets the way to end everything before anything is started. */
  readonly onStart?: (stop: World['stop']) => void;
}

export interface World {
  readonly folder: string;
  readonly truth: { readonly ses: string; readonly social: string };
  readonly runners: readonly Slot[];
  readonly record: Slot;
  readonly api: Slot;
  readonly database: Slot;
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly socialUrls: { readonly keyed: string; readonly plain: string };
  /** Providers answer at once and truthfully from now on, and whatever stood still goes on. */
  heal(): Promise<void>;
  /** Every process is gone when it returns; the folder too, unless it is to be kept. */
  stop(options: { readonly keep: boolean }): Promise<void>;
}

export const LINK_BASE = 'https://go.example.com';
/** The stub of SES hands its events over itself: nothing listens here. */
const NOWHERE = 'http://127.0.0.1:9';
const UNUSED_QUEUES = {
  feedback: `${NOWHERE}/000000000000/feedback`,
  'feedback-dead': `${NOWHERE}/000000000000/feedback-dead`,
};
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-blackbox-'));
  const output = createWriteStream(join(folder, 'processes.log'), { flags: 'a' });
  const stops: (() => Promise<void>)[] = [];
  const stop = async ({ keep }: { readonly keep: boolean }): Promise<void> => {
    await Promise.all(stops.splice(0).map((one) => one()));
    await new Promise((resolve) => output.end(resolve));
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  options.onStart?.(stop);
  try {
    return await start(options, folder, output, stops, stop);
  } catch (error) {
    await stop({ keep: false });
    throw error;
  }
}

async function start(
  options: WorldOptions,
  folder: string,
  output: WriteStream,
  stops: (() => Promise<void>)[],
  stop: World['stop'],
): Promise<World> {
  const { seed, callerGivesUpMs } = options;
  const bundles = await buildBundles(join(folder, 'bundles'), options.edits);
  const secrets = writeSecrets(join(folder, 'parameters.json'));
  const truth = { ses: join(folder, 'ses.jsonl'), social: join(folder, 'social.jsonl') };
  const slot = (made: Slot): Slot => {
    stops.push(() => made.stop());
    return made;
  };

  const parameters = await startParameters({ file: join(folder, 'parameters.json'), port: 0 });
  stops.push(() => parameters.close());
  const runners: Slot[] = [];
  const lambda = await startInvocations(runners, seed);
  stops.push(() => lambda.close());

  const sesInput: SesInput = {
    truth: truth.ses,
    seed,
    weights: SES_FAULTS,
    callerGivesUpMs,
    perSecond: { from: 200, to: 1_000 },
    lost: 0.003,
    doubled: 0.15,
  };
  const ses = slot(new Slot({ name: 'ses', file: 'ses', input: () => sesInput }, output));
  const socialInput: SocialInput = {
    truth: truth.social,
    seed,
    weights: SOCIAL_FAULTS,
    callerGivesUpMs,
  };
  const social = slot(
    new Slot({ name: 'social', file: 'social', input: () => socialInput }, output),
  );
  const database = slot(new Slot(databaseOptions(join(folder, 'dynamodb')), output));
  const [sesReady, socialReady, databaseReady] = await Promise.all([
    ses.start(),
    social.start(),
    database.start(),
  ]);
  const urls = {
    dynamodb: String(databaseReady.url),
    ses: String(sesReady.url),
    ssm: parameters.url,
    lambda: lambda.url,
    link: LINK_BASE,
  };

  const functionSlots = slotsOf(options, bundles, urls, output);
  runners.push(...functionSlots.runners);
  for (const one of [...runners, functionSlots.record, functionSlots.api]) slot(one);
  await Promise.all([
    ...runners.map((one) => one.start()),
    functionSlots.record.start(),
    functionSlots.api.start(),
  ]);
  const { url: apiUrl } = await functionSlots.api.ready;
  const socialUrls = { keyed: String(socialReady.keyed), plain: String(socialReady.plain) };
  return {
    folder,
    truth,
    ...functionSlots,
    runners,
    database,
    apiUrl: String(apiUrl),
    apiToken: secrets.apiToken,
    socialUrls,
    heal: async () => {
      for (const one of runners) one.thaw();
      for (const url of [urls.ses, socialUrls.keyed]) await fetch(`${url}/calm`);
    },
    stop,
  };
}

/** The functions as the definition describes them, with this run's addresses. */
function slotsOf(
  options: WorldOptions,
  bundles: Bundles,
  urls: { readonly [name: string]: string },
  output: WriteStream,
) {
  const { seed } = options;
  const world = { urls: urls as LocalWorld['urls'], queueUrls: UNUSED_QUEUES, overrides: {} };
  const environmentOf = (wanted: FunctionName) => {
    const definition = functions.find(({ name }) => name === wanted);
    if (!definition) throw new Error(`the definition has no function ${wanted}`);
    return functionEnvironment(definition, world);
  };
  const random = randomOf(seed, 'invocations');
  const runners = Array.from({ length: options.runners }, (_, index) => {
    const input = (): RunInput => ({
      bundle: bundles[options.runner],
      beatMs: random.between(100, 600),
      invocationMs: random.between(4_000, 20_000),
    });
    const environment = () => environmentOf('run');
    return new Slot({ name: `run-${index}`, file: 'run', input, environment }, output);
  });
  const recordInput: RecordInput = { bundle: bundles.record, ses: urls.ses ?? '' };
  const record = new Slot(
    {
      name: 'record',
      file: 'record',
      input: () => recordInput,
      environment: () => environmentOf('record'),
    },
    output,
  );
  let apiPort = 0;
  const api = new Slot(
    {
      name: 'api',
      file: 'api',
      input: (): ApiInput => ({ bundle: bundles.api, port: apiPort }),
      environment: () => environmentOf('api'),
      onReady: ({ url }) => {
        apiPort = Number(new URL(String(url)).port);
      },
    },
    output,
  );
  return { runners, record, api };
}

/** The first start takes any port, the later ones that same port: it is what the others were told. */
function databaseOptions(folder: string) {
  let port = 0;
  return {
    name: 'database',
    file: 'database',
    input: (): DatabaseInput => ({ folder, port, table: names.table }),
    onReady: ({ url }: { readonly kind: string; readonly url?: unknown }) => {
      port = Number(new URL(String(url)).port);
    },
  };
}

/** Where the API starts a runner: handed to one of the runners' processes, as Lambda would. */
function startInvocations(runners: readonly Slot[], seed: number) {
  const random = randomOf(seed, 'lambda');
  return serve({
    port: 0,
    answer: ({ body }) => {
      const awake = runners.filter(({ isReady }) => isReady);
      if (awake.length > 0) random.pick(awake).tell(JSON.parse(body.toString()) as object);
      return json(202, {});
    },
  });
}

function writeSecrets(path: string): { readonly apiToken: string } {
  const secret = () => randomBytes(32).toString('base64url');
  const apiToken = secret();
  const wanted = {
    'links/keys': `k1:${secret()}`,
    'suppression/key': secret(),
    'api/admin-token': apiToken,
  };
  const stored = Object.entries(wanted).map(([name, value]) => [
    `${names.parameterPrefix}/${name}`,
    { type: 'SecureString', value, version: 1, at: Date.now() },
  ]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(stored)), { mode: 0o600 });
  return { apiToken };
}
