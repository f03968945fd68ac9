// The calls the API makes without an SDK client, against what they would meet.

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createCallJson } from '#environment/signed-json.ts';
import { createSignedSecrets } from '#environment/signed-secrets.ts';
import { createStartFunction } from '#environment/start-function.ts';
import { createSwitchSending } from '#environment/switch-sending.ts';
import { startParameters } from '#infra/local/stand-ins/parameters.ts';
import { startSesFront } from '#infra/local/stand-ins/ses/ses-front.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers with a status, or cuts the connection, and keeps what it was asked. */
async function stub(status: number | 'cut'): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(parts).toString() });
      if (status === 'cut') request.socket.destroy();
      else response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  closing.push(() => server.closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('a function is started once, asynchronously and signed', async () => {
  const { url, seen } = await stub(202);
  await createStartFunction({ region, credentials, endpoint: url, function: 'volley-run' })({
    burst: 'atlas',
  });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/2015-03-31/functions/volley-run/invocations',
    body: '{"burst":"atlas"}',
  });
  expect(seen[0]?.headers['x-amz-invocation-type']).toBe('Event');
  expect(seen[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request/,
  );
});

test.each([
  ['cut', 'invoke_unanswered', true],
  [500, 'invoke_refused', true],
  [429, 'invoke_refused', true],
  [403, 'invoke_refused', false],
  [200, 'invoke_refused', false],
] as const)(
  'starting that is answered %s is %s, and is not tried again',
  async (status, code, retryable) => {
    const { url, seen } = await stub(status);
    const start = createStartFunction({ region, credentials, endpoint: url, function: 'run' });
    await expect(start({})).rejects.toMatchObject({ code, retryable });
    expect(seen).toHaveLength(1);
  },
);

test('sending is switched off and on where SES would do it', async () => {
  const folder = temporaryFolder();
  closing.push(() => folder.remove());
  const file = join(folder.path, 'ses.jsonl');
  const front = await startSesFront({
    file,
    port: 0,
    perSecond: 10,
    perDay: 100,
    configurationSets: ['volley'],
    publishes: [],
    deliver: () => undefined,
  });
  closing.push(() => front.close());
  const put = createSwitchSending({ region, credentials, endpoint: front.url });
  await put('volley', false);
  await put('volley', true);
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.enabled)).toEqual([false, true]);
  await expect(put('unknown', false)).rejects.toMatchObject({
    code: 'ses_refused',
    retryable: false,
  });
});

test('sending that gets no answer is a fault, tried once', async () => {
  const { url, seen } = await stub('cut');
  const put = createSwitchSending({ region, credentials, endpoint: url });
  await expect(put('volley', false)).rejects.toMatchObject({
    code: 'ses_unanswered',
    retryable: true,
  });
  expect(seen).toHaveLength(1);
});

async function secretsOver(endpoint: string, now: () => number) {
  const call = createCallJson({
    service: 'ssm',
    faults: 'secret',
    region,
    credentials,
    endpoint,
    jsonVersion: '1.1',
    now: () => Date.now(),
  });
  return createSignedSecrets(call, '/volley', now);
}

test('a secret is written, read back, kept for a minute and then read anew', async () => {
  const folder = temporaryFolder();
  closing.push(() => folder.remove());
  const file = join(folder.path, 'parameters.json');
  const parameters = await startParameters({ file, port: 0 });
  closing.push(() => parameters.close());
  let now = 0;
  const secrets = await secretsOver(parameters.url, () => now);
  const other = await secretsOver(parameters.url, () => 0);
  await secrets.put('connections/mastodon', 'first');
  expect(await secrets.get('connections/mastodon')).toBe('first');
  await other.put('connections/mastodon', 'second');
  expect(await secrets.get('connections/mastodon')).toBe('first');
  now = 60_000;
  expect(await secrets.get('connections/mastodon')).toBe('second');
  await secrets.put('connections/mastodon', 'third');
  expect(await secrets.get('connections/mastodon')).toBe('third');
  expect(existsSync(file)).toBe(true);
});

test('a secret that is not there, or cannot be read, is a fault that does not name its value', async () => {
  const folder = temporaryFolder();
  closing.push(() => folder.remove());
  const parameters = await startParameters({ file: join(folder.path, 'p.json'), port: 0 });
  closing.push(() => parameters.close());
  const secrets = await secretsOver(parameters.url, () => 0);
  await expect(secrets.get('nothing')).rejects.toMatchObject({ code: 'secret_unreadable' });
  const { url } = await stub(500);
  await expect((await secretsOver(url, () => 0)).get('x')).rejects.toMatchObject({
    code: 'secret_unreadable',
    retryable: true,
  });
  const put = (await secretsOver(url, () => 0)).put('x', 'hunter2');
  await expect(put).rejects.toMatchObject({ code: 'secret_unanswered' });
  await expect(put).rejects.not.toThrow('hunter2');
});
