// A process of its own that answers tracked links over node:http, in one of three ways: `bare`
// redirects and does nothing else, `memory` verifies and keeps clicks in memory, `durable` is the
// click function as it is deployed.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseKeyRing } from '#domain/key-ring.ts';
import { createFollowLink } from '#feedback/follow-link.ts';
import { type HttpEvent, type HttpResult, PRIVATE_HEADERS } from '#feedback/http-event.ts';
import { bareLocation, KEYS, LINK_HOST, links, tokenOf } from './click-world.ts';

/** As many bytes as our own answer: what is compared is the work, not the wire. */
const bareHeaders = {
  ...PRIVATE_HEADERS,
  location: `${bareLocation}&ref=${tokenOf(0)}`,
  'content-length': 0,
};

const listeners: Record<string, () => Promise<RequestListener>> = {
  bare: async () => (_request, response) => {
    response.writeHead(302, bareHeaders);
    response.end();
  },
  memory: async () => {
    const kept: string[] = [];
    const ring = parseKeyRing(KEYS);
    let id = 0;
    const follow = createFollowLink({
      now: Date.now,
      id: () => `click-${++id}`,
      linkHost: LINK_HOST,
      table: { get: async (key) => ({ ...key, links: JSON.stringify(links) }) },
      keyRing: async () => ring,
      queue: {
        async send(bodies) {
          kept.push(...bodies);
          if (kept.length > 10_000) kept.length = 0;
        },
      },
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    return answering(follow);
  },
  durable: async () => answering((await import('../../functions/click.ts')).handler),
};

const listen = listeners[process.argv[2] ?? ''];
if (!listen) throw new Error('say bare, memory or durable');
const server = createServer(await listen());
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());

function answering(handler: (event: HttpEvent) => Promise<HttpResult>): RequestListener {
  return (request, response) => {
    void handler(eventOf(request)).then(({ statusCode, headers, body }) => {
      response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    });
  };
}

function eventOf(request: IncomingMessage): HttpEvent {
  return {
    rawPath: request.url ?? '',
    headers: request.headers as Record<string, string>,
    requestContext: { http: { method: request.method ?? '', sourceIp: '203.0.113.7' } },
  };
}
