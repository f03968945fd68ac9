import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttp, type HttpOptions } from '#outbound/http.ts';
import { type Answer, type LoopbackServer, startServer, text } from './loopback-server.ts';
import { certificate } from './tls-fixture.ts';

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(answer: Answer, secure = false): Promise<LoopbackServer> {
  const server = await startServer(answer, secure);
  servers.push(server);
  return server;
}

function get(url: string, options: HttpOptions = { loopback: true }, timeoutMs = 2_000) {
  return createHttp(options).request({ method: 'GET', url, timeoutMs, maxBytes: 10_000 });
}

test('a request arrives as it was given, and its answer comes back whole', async () => {
  const server = await serve(text(201, 'done', { 'X-Thing': 'a' }));
  const answer = await createHttp({ loopback: true }).request({
    method: 'POST',
    url: `${server.url}/api/v1/statuses?x=1`,
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: '{"status":"é"}',
    timeoutMs: 2_000,
  });
  expect(answer.status).toBe(201);
  expect(answer.headers['x-thing']).toBe('a');
  expect(Buffer.from(answer.body).toString()).toBe('done');
  const [seen] = server.seen;
  expect(seen).toMatchObject({ method: 'POST', path: '/api/v1/statuses?x=1' });
  expect(seen?.headers).toMatchObject({
    authorization: 'Bearer t',
    host: `127.0.0.1:${server.port}`,
    'content-length': '15',
    'accept-encoding': 'identity',
  });
  expect(seen?.body.toString()).toBe('{"status":"é"}');
});

test('a redirect is an answer and is not followed', async () => {
  const target = await serve(text(200, 'inner'));
  const server = await serve(text(302, '', { location: target.url }));
  expect((await get(server.url)).status).toBe(302);
  expect(target.connections).toBe(0);
});

describe('the look-up', () => {
  test('is made once and the connection goes to what it gave, with the name in Host and SNI', async () => {
    const server = await serve(text(200, 'hello'), true);
    let lookups = 0;
    const lookup = async () => {
      lookups += 1;
      // A second answer would lead elsewhere.
      return lookups === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    const loopback = new Set([`good.test:${server.port}`]);
    const answer = await get(server.url, { loopback, lookup, ca: certificate });
    expect(answer.status).toBe(200);
    expect(lookups).toBe(1);
    expect(server.seen[0]?.headers.host).toBe(`good.test:${server.port}`);
  });

  test('a certificate of another name, or of nobody, lets nothing leave', async () => {
    const server = await serve(text(200, 'hello'), true);
    const lookup = async () => ['127.0.0.1'];
    const loopback = new Set([`good.test:${server.port}`, `other.test:${server.port}`]);
    const other = server.url.replace('good', 'other');
    await expect(get(other, { loopback, lookup, ca: certificate })).rejects.toMatchObject({
      code: 'http_unreachable',
    });
    await expect(get(server.url, { loopback, lookup })).rejects.toMatchObject({
      code: 'http_unreachable',
    });
    expect(server.seen).toEqual([]);
  });

  test.each([
    ['a private address', ['10.0.0.5']],
    ['one private address among public ones', ['1.1.1.1', '169.254.169.254']],
    ['loopback', ['127.0.0.1']],
    ['mapped loopback', ['::ffff:127.0.0.1']],
  ])('%s refuses the call', async (_name, addresses) => {
    await expect(
      get('https://public.example/', { lookup: async () => addresses }),
    ).rejects.toMatchObject({ code: 'address_refused' });
  });

  test('no address, or a look-up that fails or hangs, means that nothing left', async () => {
    const failing: HttpOptions['lookup'][] = [
      async () => [],
      () => Promise.reject(new Error('ENOTFOUND')),
      () => new Promise(() => undefined),
    ];
    for (const lookup of failing) {
      await expect(
        get('https://public.example/', lookup ? { lookup } : {}, 100),
      ).rejects.toMatchObject({ code: 'http_unreachable', retryable: true });
    }
  });
});

test('a port that nobody listens on is unreachable, and a later address is tried', async () => {
  const server = await serve(text(200, 'x'));
  const loopback = new Set([`good.test:${server.port}`]);
  const lookup = async () => ['::1', '127.0.0.1'];
  const answer = await get(`http://good.test:${server.port}/`, { loopback, lookup });
  expect(answer.status).toBe(200);
  await server.stop();
  await expect(get(server.url)).rejects.toMatchObject({ code: 'http_unreachable' });
});

describe('an answer that cannot be trusted is no answer', () => {
  const drip: Answer = (_seen, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  };
  const endless: Answer = (_seen, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(1_000)));
    };
    response.on('drain', more);
    more();
  };
  const half: Answer = (_seen, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  };
  test.each<[string, Answer]>([
    ['silence', () => undefined],
    ['a byte at a time', drip],
    ['an endless body', endless],
    ['a body over the limit', text(200, 'x'.repeat(10_001))],
    ['half an answer', half],
    ['a closed connection', (_seen, response) => response.destroy()],
    ['no HTTP', (_seen, response) => response.socket?.end('hello\r\n\r\n')],
    [
      'another protocol',
      (_seen, response) =>
        response.socket?.end('HTTP/1.1 101 x\r\nupgrade: y\r\nconnection: upgrade\r\n\r\n'),
    ],
    [
      'endless headers',
      (_seen, response) => response.socket?.write(`HTTP/1.1 200 x\r\n${'a: b\r\n'.repeat(50_000)}`),
    ],
    [
      'a gzip bomb',
      (_seen, response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(5_000_000))),
    ],
  ])('%s', async (_name, answer) => {
    const server = await serve(answer);
    const started = performance.now();
    await expect(get(server.url, { loopback: true }, 300)).rejects.toMatchObject({
      code: 'http_unanswered',
    });
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(server.seen).toHaveLength(1);
  });
});

test('a header that would smuggle another is refused, without repeating what it holds', async () => {
  const server = await serve(text(200, ''));
  const call = createHttp({ loopback: true }).request({
    method: 'GET',
    url: server.url,
    headers: { authorization: 'Bearer secret\r\nx: y' },
    timeoutMs: 500,
  });
  await expect(call).rejects.toMatchObject({ code: 'header_malformed' });
  expect(String(await call.catch(String))).not.toContain('secret');
  expect(server.connections).toBe(0);
});

test('without leave, loopback is not even connected to', async () => {
  const server = await serve(text(200, ''));
  await expect(get(server.url, {})).rejects.toMatchObject({ code: 'address_refused' });
  expect(server.connections).toBe(0);
});
