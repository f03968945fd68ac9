import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FunctionDefinition } from '#infra/definition.ts';
import { type Runtime, startRuntime } from '#infra/local/runtime.ts';
import { temporaryFolder, until } from './temporary-folder.ts';

// Small functions of the test's own stand where Volley's would: what is tested is the runtime.

const click = `
export async function handler(event) {
  if (event.pathParameters.token === 'broken') throw new Error('no');
  return { statusCode: 302, headers: { location: process.env.VOLLEY_LINK_BASE }, cookies: ['a=b'],
    body: JSON.stringify({ key: event.routeKey, ip: event.requestContext.http.sourceIp,
      query: event.queryStringParameters, home: process.env.HOME ?? 'none', body: event.body }) };
}`;

const record = `
import { appendFileSync } from 'node:fs';
export async function handler(event) {
  for (const { body } of event.Records) appendFileSync(FILE, body + '\\n');
  const failed = event.Records.filter(({ body }) => body === 'poison');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}`;

const run = `
import { appendFileSync } from 'node:fs';
export async function handler(event, context) {
  appendFileSync(FILE, (event.burst ?? event.trigger) + '\\n');
  if (event.burst === 'hang') await new Promise(() => setInterval(() => {}, 1000));
  if (event.burst === 'exit') process.exit(1);
  return context.getRemainingTimeInMillis() > 0;
}`;

const base = { memoryMb: 128, timeoutSeconds: 1, grants: [] } as const;

let folder: ReturnType<typeof temporaryFolder>;
let runtime: Runtime | undefined;
const file = (name: string) => join(folder.path, name);

function definitions(): FunctionDefinition[] {
  return [
    {
      ...base,
      name: 'click',
      entry: 'click.ts',
      triggers: [{ kind: 'http', host: 'link', route: 'GET /c/{token}' }],
      environment: { VOLLEY_LINK_BASE: { from: 'link_base' } },
    },
    {
      ...base,
      name: 'record',
      entry: 'record.ts',
      triggers: [{ kind: 'queue', queue: 'feedback', batchMax: 100, windowSeconds: 0 }],
      environment: {},
    },
    {
      ...base,
      name: 'run',
      entry: 'run.ts',
      triggers: [{ kind: 'schedule', everySeconds: 60 }, { kind: 'invoke' }],
      environment: {},
    },
  ];
}

async function start(): Promise<Runtime> {
  runtime = await startRuntime({
    data: file('data'),
    basePort: 0,
    perSecond: 100,
    perDay: 1_000,
    beatMs: 50,
    functions: definitions(),
    root: folder.path,
  });
  return runtime;
}

async function linesOf(name: string): Promise<string[]> {
  const { readFileSync, existsSync } = await import('node:fs');
  return existsSync(file(name)) ? readFileSync(file(name), 'utf8').trim().split('\n') : [];
}

const has = (name: string, line: string) => async () =>
  (await linesOf(name)).includes(line) || undefined;

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(file('data'));
  const write = (name: string, code: string) =>
    writeFileSync(file(`${name}.ts`), code.replaceAll('FILE', JSON.stringify(file(`${name}.txt`))));
  write('click', click);
  write('record', record);
  write('run', run);
});

afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
  folder.remove();
});

const send = (url: string, target: string, input: object) =>
  fetch(url, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonSQS.${target}` },
    body: JSON.stringify(input),
  });

test('a request becomes an event, the answer a response, and unknown routes are 404', async () => {
  const { urls } = await start();
  const answer = await fetch(`${urls.link}/c/abc?x=1&x=2`, {
    redirect: 'manual',
    headers: { 'x-volley-crowd': '198.18.0.7' },
  });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe(urls.link);
  expect(answer.headers.get('set-cookie')).toBe('a=b');
  expect(await answer.json()).toEqual({
    key: 'GET /c/{token}',
    ip: '198.18.0.7',
    query: { x: '1,2' },
    home: 'none',
  });
  expect((await fetch(`${urls.link}/c/broken`)).status).toBe(500);
  expect((await fetch(`${urls.link}/c/abc`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${urls.link}/other`)).status).toBe(404);
});

test('queue messages reach the function in batches; failed ones stay', async () => {
  const { urls } = await start();
  const QueueUrl = `${urls.sqs}/000000000000/feedback`;
  for (const MessageBody of ['one', 'poison', 'two']) {
    await send(urls.sqs, 'SendMessage', { QueueUrl, MessageBody });
  }
  await until(has('record.txt', 'two'));
  const left = await until(async () => {
    const answer = await send(urls.sqs, 'GetQueueAttributes', { QueueUrl });
    const { Attributes } = (await answer.json()) as { Attributes: Record<string, string> };
    const waiting = Attributes.ApproximateNumberOfMessages;
    const away = Attributes.ApproximateNumberOfMessagesNotVisible;
    return waiting === '0' && away === '1' ? away : undefined;
  });
  expect(left).toBe('1');
});

const invoke = (url: string, event: object, type = 'RequestResponse') =>
  fetch(`${url}/2015-03-31/functions/run/invocations`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': type },
    body: JSON.stringify(event),
  });

test('the schedule beats, and another function can start the runner', async () => {
  const { urls } = await start();
  await until(has('run.txt', 'schedule'));
  expect((await invoke(urls.lambda, { burst: 'b1' }, 'Event')).status).toBe(202);
  await until(has('run.txt', 'b1'));
  expect(await (await invoke(urls.lambda, { burst: 'b2' })).json()).toBe(true);
});

test('a call past its limit, and one that ends its process, fail and leave room for others', async () => {
  const { urls } = await start();
  const hung = await invoke(urls.lambda, { burst: 'hang' });
  expect(hung.headers.get('x-amz-function-error')).toBe('Unhandled');
  expect(await hung.json()).toMatchObject({ errorType: 'Sandbox.Timedout' });
  const exited = await invoke(urls.lambda, { burst: 'exit' });
  expect(await exited.json()).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await (await invoke(urls.lambda, { burst: 'b3' })).json()).toBe(true);
});

test('the next start has the same addresses and the same token', async () => {
  const first = await start();
  const { urls, token } = first;
  await first.stop();
  const second = await start();
  expect(second.urls).toEqual(urls);
  expect(second.token).toBe(token);
});

test('a folder in use is refused, and the one that uses it goes on', async () => {
  const { urls } = await start();
  const first = runtime;
  await expect(start()).rejects.toThrow(/in use by another runtime/);
  runtime = first;
  expect((await fetch(`${urls.link}/c/abc`, { redirect: 'manual' })).status).toBe(302);
});

test('a link port that somebody else took is refused, because links name it', async () => {
  const first = await start();
  const port = Number(new URL(first.urls.link).port);
  await first.stop();
  const { createServer } = await import('node:http');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  await expect(start()).rejects.toThrow(/links already sent name it/);
  await new Promise((resolve) => other.close(resolve));
});
