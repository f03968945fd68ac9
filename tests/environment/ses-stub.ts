// A loopback server that answers what a test tells it to and remembers what it was asked.

import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Reply = (asked: Asked, response: http.ServerResponse) => void;

export interface Stub {
  readonly url: string;
  readonly asked: Asked[];
  reply: Reply;
  stop(): Promise<void>;
}

export async function startStub(reply: Reply): Promise<Stub> {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      stub.reply(one, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    reply,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return stub;
}

export function json(status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Reply {
  return (_asked, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Every entry of the call accepted. */
export const acceptAll: Reply = (asked, response) => {
  const { BulkEmailEntries } = JSON.parse(asked.body) as { BulkEmailEntries: unknown[] };
  const results = BulkEmailEntries.map((_entry, n) => ({ Status: 'SUCCESS', MessageId: `m-${n}` }));
  json(200, { BulkEmailEntryResults: results })(asked, response);
};
