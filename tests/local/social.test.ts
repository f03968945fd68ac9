import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAppendLog } from '#infra/local/append-log.ts';
import { startSocial } from '#infra/local/stand-ins/social/social.ts';
import type { StandIn } from '#infra/local/stand-ins/stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let social: StandIn;
let now: number;

const account = { id: '1', username: 'riverside', displayName: 'Riverside', followers: 900 };

async function open() {
  social = await startSocial({
    file,
    mediaFolder: join(folder.path, 'media'),
    port: 0,
    accounts: new Map([['token', account]]),
    now: () => now,
  });
}

beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, 'social.jsonl');
  now = 1_800_000_000_000;
  await open();
});

afterEach(async () => {
  await social.close();
  folder.remove();
});

type Json = { [name: string]: unknown };

async function call(method: string, path: string, more: RequestInit & { token?: string } = {}) {
  const { token = 'token', headers, ...rest } = more;
  const answer = await fetch(`${social.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(headers as Record<string, string>) },
    ...rest,
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

function post(status: string, key?: string, more: Json = {}) {
  return call('POST', '/api/v1/statuses', {
    headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
    body: JSON.stringify({ status, ...more }),
  });
}

const posts = () =>
  (readAppendLog(file) as { kind: string }[]).filter(({ kind }) => kind === 'post').length;

test('a post is in the log before it is answered, and can be read in all places', async () => {
  const { status, body } = await post('Polls are closed. http://127.0.0.1:1/c/abc');
  expect(status).toBe(200);
  expect(posts()).toBe(1);
  expect(body.content).toContain('href="http://127.0.0.1:1/c/abc"');
  const listed = await fetch(`${social.url}/api/v1/accounts/1/statuses?limit=5`);
  expect(await listed.json()).toMatchObject([{ id: body.id }]);
  const page = await (await fetch(social.url)).text();
  expect(page).toContain('Polls are closed.');
});

test('the same key posts once for an hour, also over a restart', async () => {
  const first = await post('one', 'key');
  await social.close();
  await open();
  now += 3_599_000;
  const again = await post('one', 'key');
  expect(again.body.id).toBe(first.body.id);
  expect(posts()).toBe(1);
  now += 2_000;
  const later = await post('one', 'key');
  expect(later.body.id).not.toBe(first.body.id);
});

test('an image is uploaded with its description and shown with it', async () => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array([1, 2, 3])], { type: 'image/png' }), 'a.png');
  form.set('description', 'The "board"');
  const media = await call('POST', '/api/v2/media', { body: form });
  expect(media.body.description).toBe('The "board"');
  const { body } = await post('With an image', undefined, { media_ids: [media.body.id] });
  expect(body.media_attachments).toMatchObject([{ description: 'The "board"' }]);
  const bytes = await (await fetch(`${social.url}/media/${media.body.id}`)).bytes();
  expect([...bytes]).toEqual([1, 2, 3]);
  expect(await (await fetch(social.url)).text()).toContain('alt="The &#34;board&#34;"');
});

test('markup in a post is shown as text', async () => {
  const { body } = await post('<script>alert(1)</script>');
  expect(body.content).toBe('<p>&#60;script&#62;alert(1)&#60;/script&#62;</p>');
});

test('every address counts 23 characters', async () => {
  const address = `https://example.com/${'x'.repeat(300)}`;
  expect((await post(`${'a'.repeat(476)} ${address}`)).status).toBe(200);
  expect((await post(`${'a'.repeat(477)} ${address}`)).status).toBe(422);
});

test('a favourite counts once a reader', async () => {
  const { body } = await post('one');
  const like = () => call('POST', `/api/v1/statuses/${body.id}/favourite`, { token: 'reader-7' });
  await like();
  expect((await like()).body.favourites_count).toBe(1);
});

test('a deleted post is gone from the timeline and stays in the log', async () => {
  const { body } = await post('one');
  await call('DELETE', `/api/v1/statuses/${body.id}`);
  expect((await call('GET', `/api/v1/statuses/${body.id}`)).status).toBe(404);
  expect(readAppendLog(file)).toMatchObject([{ kind: 'post' }, { kind: 'delete' }]);
});

test('the instance says its limits and the account its followers', async () => {
  const instance = await call('GET', '/api/v2/instance');
  expect(instance.body).toMatchObject({
    configuration: { statuses: { max_characters: 500, characters_reserved_per_url: 23 } },
  });
  const me = await call('GET', '/api/v1/accounts/verify_credentials');
  expect(me.body).toMatchObject({ username: 'riverside', followers_count: 900 });
});

test.each([
  {
    name: 'without a token',
    run: () => call('POST', '/api/v1/statuses', { token: 'x' }),
    status: 401,
  },
  { name: 'without a text', run: () => post(' '), status: 422 },
  {
    name: 'with unknown media',
    run: () => post('a', undefined, { media_ids: ['x'] }),
    status: 422,
  },
])('nothing is posted $name', async ({ run, status }) => {
  expect((await run()).status).toBe(status);
  expect(posts()).toBe(0);
});
