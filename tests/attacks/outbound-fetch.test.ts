import { subscribe } from 'node:diagnostics_channel';
import { gzipSync } from 'node:zlib';
import { afterEach, expect } from 'vitest';
import { checkUrl } from '#outbound/check-url.ts';
import { createHttp, type Lookup } from '#outbound/http.ts';
import { readImage } from '#outbound/image.ts';
import {
  type Answer,
  type LoopbackServer,
  startServer,
  text,
} from '../outbound/loopback-server.ts';
import { gif, png } from '../outbound/pictures.ts';
import { type Attack, type Handler, type Probe, walkSurface } from './walk.ts';

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

/** Client sockets that this process opened, wherever they were meant to lead. */
let sockets = 0;
subscribe('net.client.socket', () => {
  sockets += 1;
});

/** Refused when it is saved, and again when it is used, whatever the name server says. */
const notCalled: Handler = async (attack, probe) => {
  await proveThatSocketsAreCounted();
  const { url } = attack.input;
  for (const one of new Set([url, url.replace(/^http:/, 'https:')])) {
    const before = sockets;
    await refuseUrl(one, probe);
    expect(sockets - before).toBe(attack.check?.connections);
  }
};

async function proveThatSocketsAreCounted(): Promise<void> {
  const server = await serve(text(200, ''));
  const before = sockets;
  const http = createHttp({ loopback: true });
  await http.request({ method: 'GET', url: server.url, timeoutMs: 1_000 });
  expect(sockets - before).toBe(1);
}

async function refuseUrl(url: string, probe: Probe): Promise<void> {
  const isName = /^https:\/\/[a-z0-9.-]+\.[a-z]+\/$/.test(url);
  const saved = await probe.refused(() => checkUrl(url));
  // A public name is refused only when it is used, by the address it leads to.
  if (!isName) expect(saved.refusal?.code).toBe('address_refused');
  const answers: Lookup[] = [async () => ['169.254.169.254'], async () => ['127.0.0.1', '1.1.1.1']];
  for (const lookup of answers) {
    const http = createHttp({ lookup });
    const used = await probe.refused(
      () => http.request({ method: 'GET', url, timeoutMs: 1_000 }),
      () => sockets,
    );
    expect(used.refusal?.code).toBe('address_refused');
  }
}

const responses: Record<string, Answer> = {
  '1 byte per second': (_seen, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 1_000);
    response.write('x');
    response.on('close', () => clearInterval(timer));
  },
  'endless body': (_seen, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  'gzip bomb': (_seen, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(50_000_000)));
  },
  '100 redirects': (seen, response) => {
    response.writeHead(302, { location: `/${seen.path.length}` });
    response.end();
  },
  'never answers': () => undefined,
};

async function bounded(attack: Attack): Promise<void> {
  for (const { response } of attack.input) {
    const answer = responses[response];
    if (!answer) throw new Error(`no server answers "${response}"`);
    const server = await serve(answer);
    const http = createHttp({ loopback: true });
    const started = performance.now();
    const outcome = await http
      .request({ method: 'GET', url: server.url, timeoutMs: 500 })
      .catch((error: unknown) => error);
    const seconds = (performance.now() - started) / 1_000;
    expect(seconds).toBeLessThan(Number(attack.check?.seconds_max));
    // A redirect is handed back as it is; everything else is no answer.
    expect(outcome).toMatchObject(
      response === '100 redirects' ? { status: 302 } : { code: 'http_unanswered' },
    );
    expect(server.seen).toHaveLength(1);
  }
}

const files: Record<string, Uint8Array> = {
  'SVG with <script>': Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
  ),
  HTML: Buffer.from('<!doctype html><title>x</title>'),
  'PNG, 50,000 x 50,000 px': png(50_000, 50_000, Buffer.alloc(0)),
  'GIF/JS polyglot': Buffer.concat([gif, Buffer.from('/*x*/=1;alert(1)')]),
};

const byContent: Handler = async (attack, probe) => {
  for (const { real } of attack.input) {
    const file = files[real];
    if (!file) throw new Error(`no file is "${real}"`);
    const { value } = await probe.refused(() => readImage(file));
    expect(value?.kind).toBe('refused');
  }
};

const urls = [1, 2, 4, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 19, 20, 21];

walkSurface('outbound-fetch', {
  ...Object.fromEntries(urls.map((n) => [`SS-${String(n).padStart(2, '0')}`, notCalled])),
  'SS-24': bounded,
  'SS-25': byContent,
});
