// A loopback HTTP server that counts connections; over TLS it calls itself good.test.

import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificate, privateKey } from './tls-fixture.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (seen: Seen, response: http.ServerResponse) => void;

export interface LoopbackServer {
  readonly port: number;
  readonly url: string;
  readonly seen: Seen[];
  connections: number;
  answer: Answer;
  stop(): Promise<void>;
}

export async function startServer(answer: Answer, secure = false): Promise<LoopbackServer> {
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks) };
      started.seen.push(one);
      started.answer(one, response);
    });
  };
  const server = secure
    ? https.createServer({ cert: certificate, key: privateKey }, listener)
    : http.createServer(listener);
  server.on('connection', () => {
    started.connections += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const started: LoopbackServer = {
    port,
    url: secure ? `https://good.test:${port}` : `http://127.0.0.1:${port}`,
    seen: [],
    connections: 0,
    answer,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return started;
}

export function text(status: number, body: string, headers: http.OutgoingHttpHeaders = {}): Answer {
  return (_seen, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}
