import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Behaviour } from '#infra/local/crowd/behaviour.ts';
import { Crowd, type CrowdCursor } from '#infra/local/crowd/crowd.ts';
import { findAddresses, findLinks } from '#infra/local/crowd/find-links.ts';
import { until } from './temporary-folder.ts';

test('links are found as software finds them, and hidden ones are told apart', () => {
  const html = `
    <a href="http://l/c/k.b.email.give.1.m?x=1&amp;y=2"><b>Chip in</b> &amp; help</a>
    <div style="display:none"><a href="http://l/b/bait">.</a></div>
    <a href="http://l/b/bait2" style="opacity:0">x</a>
    <a href="mailto:a@example.org">mail</a>`;
  expect(findLinks(html)).toEqual([
    { url: 'http://l/c/k.b.email.give.1.m?x=1&y=2', text: 'Chip in & help', isHidden: false },
    { url: 'http://l/b/bait', text: '.', isHidden: true },
    { url: 'http://l/b/bait2', text: 'x', isHidden: true },
  ]);
  expect(findAddresses('See http://l/c/a. And (http://l/u/b)')).toEqual([
    'http://l/c/a',
    'http://l/u/b',
  ]);
});

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly crowd: string;
  readonly agent: string;
  readonly body: string;
}

let server: Server;
let base: string;
let seen: Seen[];
let inbox: object[];
let posts: object[];
let crowd: Crowd | undefined;

beforeEach(async () => {
  [seen, inbox, posts] = [[], [], []];
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await crowd?.stop();
  crowd = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Inbox, timeline, link host and landing page in one. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', base);
  const json = (value: unknown) => response.end(JSON.stringify(value));
  if (url.pathname === '/inbox') {
    const after = Number(url.searchParams.get('after'));
    return void json({ messages: inbox.slice(after), pending: 0 });
  }
  if (url.pathname === '/api/v1/timelines/public') return void json(posts);
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({
    method: request.method ?? '',
    path: url.pathname,
    crowd: String(request.headers['x-volley-crowd'] ?? ''),
    agent: String(request.headers['user-agent'] ?? ''),
    body,
  });
  if (url.pathname.startsWith('/c/')) {
    const ref = url.pathname.slice(3);
    response.writeHead(302, { location: `${base}/landing?ref=${ref}` });
  }
  response.end('ok');
}

function email(index: number, to: string): object {
  const token = `k.ours.email.give.${index}.mac`;
  return {
    index,
    to,
    html: `<a href="${base}/c/${token}">Chip in</a><p hidden><a href="${base}/b/${token}">.</a></p>`,
    text: `Chip in: ${base}/c/${token}`,
    headers: { 'List-Unsubscribe': `<${base}/u/${token}>` },
  };
}

function open(behaviour: Partial<Behaviour>): { cursor: () => CrowdCursor } {
  let cursor: CrowdCursor = { emails: 0, posts: [] };
  crowd = new Crowd({
    inboxUrl: base,
    socialUrl: base,
    isOurs: (url) => url.includes('.ours.'),
    behaviour: {
      rates: [{ say: 'Chip in', click: 1, convert: 1 }],
      otherwise: { click: 0, convert: 0 },
      scannedDomains: ['office.example.org'],
      unsubscribeShare: 0,
      timelineReaders: 0,
      previewRobots: 0,
      favouriteShare: 0,
      clickMedianMs: 100,
      clickSigma: 0.1,
      convertMedianMs: 50,
      ...behaviour,
    },
    seed: 1,
    pace: 0.01,
    cursor: { read: () => cursor, write: (next) => (cursor = next) },
  });
  return { cursor: () => cursor };
}

const idle = () => until(() => (crowd?.isIdle() ? true : undefined));
const paths = () => seen.map(({ method, path }) => `${method} ${path}`);

test('a person follows the link, lands, and the page reports the goal with the click id', async () => {
  inbox.push(email(1, 'ana@example.com'));
  open({});
  await until(() => (crowd?.counts.conversions === 1 ? true : undefined));
  await idle();
  const token = 'k.ours.email.give.1.mac';
  expect(paths()).toEqual([`GET /c/${token}`, 'GET /landing', `POST /v/${token}`]);
  expect(JSON.parse(seen[2]?.body ?? '')).toEqual({ value: expect.any(Number) });
});

test('every request says that it is simulated, and looks like a browser', async () => {
  inbox.push(email(1, 'ana@example.com'));
  open({});
  await until(() => (crowd?.counts.conversions === 1 ? true : undefined));
  for (const { crowd: address, agent } of seen) {
    expect(address).toMatch(/^198\.(18|19)\./);
    expect(agent).toMatch(/^Mozilla\/5\.0/);
  }
});

test('a gateway fetches every link, the hidden one too, with HEAD and GET', async () => {
  inbox.push(email(1, 'bo@office.example.org'));
  open({ rates: [] });
  await until(() => (crowd?.counts.machineRequests === 4 ? true : undefined));
  await idle();
  expect(paths().sort()).toEqual([
    'GET /b/k.ours.email.give.1.mac',
    'GET /c/k.ours.email.give.1.mac',
    'HEAD /b/k.ours.email.give.1.mac',
    'HEAD /c/k.ours.email.give.1.mac',
  ]);
});

test('whoever unsubscribes does it by the header, with a POST', async () => {
  inbox.push(email(1, 'ana@example.com'));
  open({ rates: [], unsubscribeShare: 1 });
  await until(() => (crowd?.counts.unsubscribes === 1 ? true : undefined));
  expect(seen).toMatchObject([{ method: 'POST', body: 'List-Unsubscribe=One-Click' }]);
});

test('a post is looked at by robots and followed by people', async () => {
  posts.push({
    id: '7',
    content: `<p>Chip in <a href="${base}/c/k.ours.social.give..m">l</a></p>`,
  });
  open({ timelineReaders: 5, previewRobots: 3 });
  await until(() => (crowd?.counts.conversions === 5 ? true : undefined));
  await idle();
  expect(crowd?.counts).toMatchObject({ clicks: 5, machineRequests: 3 });
  expect(seen.filter(({ agent }) => agent.includes('Mastodon')).length).toBe(3);
});

test("links of others' bursts are left alone, and nothing is read twice", async () => {
  inbox.push(email(1, 'ana@example.com'));
  inbox.push({
    ...email(2, 'bo@example.com'),
    html: `<a href="${base}/c/k.other.e.g.1.m">Chip in</a>`,
  });
  const { cursor } = open({});
  await until(() => (crowd?.counts.conversions === 1 ? true : undefined));
  await idle();
  expect(cursor().emails).toBe(2);
  expect(crowd?.counts.emailsRead).toBe(1);
  expect(paths().some((path) => path.includes('.other.'))).toBe(false);
});
