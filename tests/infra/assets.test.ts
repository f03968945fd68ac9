import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '#domain/token.ts';
import { emailEvents, functions, queues } from '#infra/definition.ts';
import { portsFrom } from '#infra/local/data-folder.ts';
import { type StandInsWorker, startWorker } from '#infra/local/stand-ins/start-worker.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { linkName, saveLinkTable } from '#store/link-tables.ts';
import { createTableInput } from '#store/table.ts';
import { type Observer, startObserver } from './iam/observer.ts';
import { named, resolve } from './resolve.ts';
import { type Synthesized, synthesize } from './synthesized.ts';
import { ofType } from './template.ts';

// Each asset of the stack, in plain Node, with exactly the environment the template gives it and
// what Lambda adds. The stand-ins know only the names of the template: a function that asks for
// anything else finds nothing.

const KEY = { id: 'k1', secret: 'a-secret-of-thirty-two-characters' };
const ADMIN = 'an-admin-token-of-some-length';
const WEBHOOK = Buffer.from('a-webhook-secret').toString('base64');
const HOST = 'go.example.org';

let prod: Synthesized;
let folder: string;
let standIns: readonly StandInsWorker[];
let observer: Observer;

beforeAll(async () => {
  prod = await synthesize('prod');
  folder = mkdtempSync(join(tmpdir(), 'volley-assets-'));
  writeParameters();
  const output = new PassThrough().resume();
  const tables = [createTableInput('prod-volley')];
  const database = await startWorker(
    { kind: 'database', folder: join(folder, 'db'), port: 0, tables },
    output,
  );
  const services = await startWorker(
    {
      kind: 'services',
      folder,
      ports: portsFrom(0),
      publishes: emailEvents,
      fixedPorts: false,
      queues: queues.map((queue) => ({ ...queue, name: `prod-volley-${queue.name}` })),
      eventsTo: 'prod-volley-feedback',
      configurationSets: ['prod-volley'],
      perSecond: 100,
      perDay: 1_000,
      accounts: new Map(),
    },
    output,
  );
  standIns = [services, database];
  observer = await startObserver();
  observer.forwardTo({ ...database.urls, ...services.urls });
  const client = new DynamoDBClient({
    endpoint: database.urls.dynamodb ?? '',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const links = { [linkName('post', 'watch')]: 'https://example.org/watch' };
  await saveLinkTable(createDynamoTable(client, 'prod-volley'), 'polls', links);
  client.destroy();
}, 120_000);

afterAll(async () => {
  await observer?.close();
  for (const one of standIns ?? []) await one.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function writeParameters(): void {
  const values = {
    'links/keys': `${KEY.id}:${KEY.secret}`,
    'suppression/key': 'a-suppression-key',
    'conversions/secrets': `whsec_${WEBHOOK}`,
    'api/admin-token': ADMIN,
  };
  const stored = Object.entries(values).map(([name, value]) => [
    `/prod/volley/${name}`,
    { type: 'SecureString', value, version: 1, at: 0 },
  ]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'parameters.json'), JSON.stringify(Object.fromEntries(stored)));
}

interface Invoked {
  readonly code: number | null;
  readonly printed: string;
  readonly result?: unknown;
}

async function invoke(
  name: string,
  event: object,
  without: readonly string[] = [],
): Promise<Invoked> {
  const [, { Properties }] = ofType(prod.template, 'AWS::Lambda::Function').find(
    ([, one]) => one.Properties.FunctionName === `prod-volley-${name}`,
  )!;
  const known = named(prod.template);
  const hash = String(Properties.Code.S3Key).replace(/\.zip$/, '');
  const file = Properties.Handler.replace(/\.handler$/, '.mjs');
  const told = Object.fromEntries(
    Object.entries(Properties.Environment.Variables as object)
      .filter(([variable]) => !without.includes(variable))
      .map(([variable, value]) => [variable, resolve(value, known)]),
  );
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'invoke-once.ts'),
      join(prod.folder, `asset.${hash}`, file),
      JSON.stringify(event),
    ],
    { env: { ...told, ...fromLambda(Properties) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [printed, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.once('close', done)),
  ]);
  const last = printed.trim().split('\n').at(-1) ?? '';
  const said = last.startsWith('{"result"') ? (JSON.parse(last) as { result: unknown }) : undefined;
  return { code, printed: `${printed}${errors}`, ...(said && { result: said.result }) };
}

/** Lambda's own variables, and where the stand-ins are; no PATH, no HOME, nothing of this machine. */
function fromLambda(properties: { readonly [name: string]: unknown }): { [name: string]: string } {
  const name = String(properties.FunctionName).replace('prod-volley-', '');
  return {
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_NAME: String(properties.FunctionName),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_ACCESS_KEY_ID: `local-${name}`,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    TZ: ':UTC',
    AWS_ENDPOINT_URL: observer.url,
  };
}

const http = (route: string, path: string, more: object = {}) => ({
  version: '2.0',
  routeKey: route,
  rawPath: path,
  rawQueryString: '',
  headers: { host: HOST, 'user-agent': 'Mozilla/5.0' },
  requestContext: {
    http: { method: route.split(' ')[0], path, sourceIp: '198.51.100.7', protocol: 'HTTP/1.1' },
  },
  isBase64Encoded: false,
  ...more,
});

const usesOf = (name: string) =>
  observer
    .uses()
    .filter((use) => use.function === name)
    .map(({ action, on }) => `${action} ${on}`);

const click = () =>
  sign({ purpose: 'click', burst: 'polls', leg: 'post', call: 'watch' }, HOST, KEY);

test('the runner looks for what is due and finds nothing', async () => {
  expect(await invoke('run', { trigger: 'schedule' })).toMatchObject({ code: 0, result: null });
  expect(usesOf('run')).toEqual(['dynamodb:Query index']);
});

test('measure looks at what was sent and finds nothing', async () => {
  expect(await invoke('measure', { trigger: 'schedule' })).toMatchObject({ code: 0, result: null });
  expect(usesOf('measure')).toEqual(['dynamodb:Query index']);
});

test('a click reads key and destination, tells the queue and redirects', async () => {
  const invoked = await invoke('click', http('GET /c/{token}', `/c/${click()}`));
  expect(invoked.result).toMatchObject({
    statusCode: 302,
    headers: { location: 'https://example.org/watch' },
  });
  expect(usesOf('click').sort()).toEqual([
    'dynamodb:GetItem table',
    'sqs:SendMessage queue',
    'ssm:GetParameter parameters/links',
  ]);
  expect(invoked.printed).not.toContain('click_unrecorded');
});

test('a conversion that is signed is told to the queue', async () => {
  const body = JSON.stringify({ click: click(), id: 'order-1' });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', Buffer.from(WEBHOOK, 'base64'))
    .update(`one.${timestamp}.${body}`)
    .digest('base64');
  const headers = {
    host: HOST,
    'content-type': 'application/json',
    'webhook-id': 'one',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  };
  const invoked = await invoke('convert', http('POST /v/convert', '/v/convert', { headers, body }));
  expect(invoked.result).toMatchObject({ statusCode: expect.toSatisfy((one) => one < 300) });
  expect(usesOf('convert').sort()).toEqual([
    'sqs:SendMessage queue',
    'ssm:GetParameter parameters/conversions',
    'ssm:GetParameter parameters/links',
  ]);
});

test('an unsubscribe is written', async () => {
  const claims = { purpose: 'unsubscribe', burst: 'polls', leg: 'email', call: 'A'.repeat(22) };
  const token = sign({ ...claims, ordinal: 3 } as never, HOST, KEY);
  const invoked = await invoke(
    'unsubscribe',
    http('POST /u/{token}', `/u/${token}`, {
      headers: { host: HOST, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    }),
  );
  expect(invoked.result).toMatchObject({ statusCode: 200 });
  expect(usesOf('unsubscribe').sort()).toEqual([
    'dynamodb:GetItem table',
    'dynamodb:PutItem table',
    'ssm:GetParameter parameters/links',
  ]);
});

test('record answers a batch message by message', async () => {
  const event = {
    kind: 'click',
    id: 'a',
    at: Date.now(),
    burst: 'polls',
    leg: 'post',
    call: 'watch',
    method: 'GET',
    agent: 'Mozilla/5.0',
    visitor: 'v',
    network: 'n',
  };
  const Records = [
    { messageId: 'poison', body: 'no JSON' },
    { messageId: 'foreign', body: JSON.stringify(event) },
  ];
  const invoked = await invoke('record', { Records });
  expect(invoked.result).toEqual({ batchItemFailures: [{ itemIdentifier: 'poison' }] });
  expect(usesOf('record')).toContain('dynamodb:GetItem table');
});

test('the API knows its admin and lists no bursts', async () => {
  const headers = { host: 'volley.example.org', authorization: `Bearer ${ADMIN}` };
  const invoked = await invoke('api', http('GET /v1/bursts', '/v1/bursts', { headers }));
  expect(invoked.result).toMatchObject({ statusCode: 200 });
  expect(usesOf('api')).toContain('ssm:GetParameter parameters/api');
});

test('the console shows its pages to whoever has a token, and the way in to everybody else', async () => {
  const authorization = `Bearer ${ADMIN}`;
  const [known, nobody] = await Promise.all(
    [{ host: 'volley.example.org', authorization }, { host: 'volley.example.org' }].map((headers) =>
      invoke('console', http('GET /console', '/console', { headers })),
    ),
  );
  expect(known?.result).toMatchObject({ statusCode: 200 });
  expect(JSON.stringify(nobody?.result)).toContain('/console/sign-in');
  expect(usesOf('console')).toContain('ssm:GetParameter parameters/api');
});

describe('what would go wrong in an account goes wrong here', () => {
  test.each(functions.map(({ name }) => name))('%s without one of its variables', async (name) => {
    const { environment } = functions.find((one) => one.name === name)!;
    const [variable = ''] = Object.keys(environment);
    const invoked = await invoke(name, {}, [variable]);
    expect(invoked.code).not.toBe(0);
    expect(invoked.printed).toContain(`the environment lacks ${variable}`);
  });

  test('every function of the stack is invoked above', () => {
    const source = readFileSync(import.meta.filename, 'utf8');
    const invoked = new Set([...source.matchAll(/invoke\(\s*'(\w+)'/g)].map(([, name]) => name));
    expect([...invoked].sort()).toEqual(functions.map(({ name }) => name).sort());
  });
});
