// What a misbehaving provider does once it has decided: answer, answer half, cut, or say nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: { readonly [name: string]: string };
    }
  /** The head and half of the body, then the connection is gone. */
  | { readonly kind: 'half'; readonly body: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'silence' };

export function json(
  status: number,
  body: object,
  headers: { readonly [name: string]: string } = {},
): Reply {
  return { kind: 'answer', status, body: JSON.stringify(body), headers };
}

export type Handler = (request: IncomingMessage, body: string) => Reply | Promise<Reply>;

/** @returns its address on loopback */
export async function serveReplies(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A caller that was killed before its request was whole has asked for nothing.
    request.on('end', async () => {
      send(response, await handler(request, Buffer.concat(chunks).toString()));
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'answer':
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.body);
      return;
    case 'half':
      response.writeHead(200, { 'content-length': Buffer.byteLength(reply.body) });
      response.write(reply.body.slice(0, reply.body.length / 2), () => response.socket?.destroy());
      return;
    case 'cut':
      response.socket?.destroy();
      return;
    case 'silence':
  }
}
