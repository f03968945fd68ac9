// What the command line does when answers are lost, refused or late: against a server that misbehaves.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiClient } from '../../cli/api-client.ts';
import { pagesOf } from '../../cli/pages-of.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
}

type Act = (request: IncomingMessage) => { status: number; body: object } | 'hang_up';

let server: Server;
let url: string;
let seen: Seen[];
let acts: Act[];

beforeEach(async () => {
  seen = [];
  acts = [];
  server = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    seen.push({ method: request.method ?? '', path: request.url ?? '', key: key?.toString() });
    request.resume().on('end', () => {
      const act = acts.shift() ?? (() => ({ status: 200, body: { ok: true } }));
      const answer = act(request);
      if (answer === 'hang_up') return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const hangUp: Act = () => 'hang_up';
const refusal = (status: number, code: string): Act => {
  return () => ({ status, body: { error: { code, message: 'no', limit: 'at most 3' } } });
};

test('a lost answer is asked for again under the same key', async () => {
  acts = [hangUp, hangUp];
  const api = new ApiClient(url, 'token', 'k');
  expect(await api.call('POST', '/v1/bursts/a/stop', {})).toEqual({ ok: true });
  expect(seen.map(({ key }) => key)).toEqual(['k', 'k', 'k']);
});

test('a list is followed to its last page, over empty ones too', async () => {
  const pages: { readonly names: string[]; readonly next?: string | number }[] = [
    { names: ['a', 'b'], next: 'call:b#1' },
    { names: [], next: 7 },
    { names: ['c'] },
  ];
  acts = pages.map((body) => () => ({ status: 200, body }));
  const names: string[] = [];
  const list = pagesOf<(typeof pages)[number]>(new ApiClient(url, 'token'), '/v1/list?month=1', 2);
  for await (const page of list) names.push(...page.names);
  expect(names).toEqual(['a', 'b', 'c']);
  expect(seen.map(({ path }) => path)).toEqual([
    '/v1/list?month=1&limit=2',
    '/v1/list?month=1&limit=2&after=call%3Ab%231',
    '/v1/list?month=1&limit=2&after=7',
  ]);
});

test('every command has a key of its own, and reading has none', async () => {
  const api = new ApiClient(url, 'token');
  await api.call('POST', '/one', {});
  await api.call('GET', '/two');
  await api.call('POST', '/three', {});
  const [one, two, three] = seen.map(({ key }) => key);
  expect(one).toMatch(/^[0-9a-f-]{36}$/);
  expect(two).toBeUndefined();
  expect(three).toBe(`${one}-2`);
});

test.each([
  ['/v1/check', {}],
  ['/v1/bursts/a/preview', { address: 'ana@example.org' }],
  ['/v1/people/find', { address: 'ana@example.org' }],
  ['/v1/bursts/a/stop', { dryRun: true }],
])('asking %s changes nothing, so that its answer is kept nowhere', async (path, body) => {
  await new ApiClient(url, 'token', 'k').call('POST', path, body);
  expect(seen[0]?.key).toBeUndefined();
});

test('an answer that holds a secret is asked for without a key, under which it would be kept', async () => {
  await new ApiClient(url, 'token').call('POST', '/v1/tokens', {}, { isSecret: true });
  expect(seen[0]?.key).toBeUndefined();
});

test('when no answer comes at all, the key is shown and the exit code says that it is open', async () => {
  acts = [hangUp, hangUp, hangUp, hangUp];
  await expect(new ApiClient(url, 'token', 'k').call('POST', '/x', {})).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('--key k'),
  });
  expect(seen).toHaveLength(4);
});

test('a refusal is final and says limit, code and next step', async () => {
  acts = [refusal(422, 'not_approved')];
  await expect(new ApiClient(url, 'token').call('POST', '/x', {})).rejects.toMatchObject({
    exitCode: 1,
    code: 'not_approved',
    message: 'no (at most 3) [not_approved]\n  somebody else runs: volley approve BURST',
  });
  expect(seen).toHaveLength(1);
});

test.each([
  ['the API is busy', refusal(503, 'store_throttled')],
  ['the same key is being worked on', refusal(409, 'key_busy')],
])('while %s the command waits and asks again', async (_name, act) => {
  acts = [act];
  expect(await new ApiClient(url, 'token', 'k').call('POST', '/x', {})).toEqual({ ok: true });
  expect(seen.map(({ key }) => key)).toEqual(['k', 'k']);
});

test('where nobody listens it says so at once', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(new ApiClient(url, 'token').call('GET', '/x')).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('is it running? (npm start)'),
  });
});
