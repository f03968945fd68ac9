// A loopback HTTP server for stand-ins and surfaces: whole requests in, whole answers out.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** As sent, without the question mark. */
  readonly rawQuery: string;
  /** Lower-case names; repeated headers joined by commas. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
  readonly remoteAddress: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string | readonly string[] };
  readonly body?: string | Buffer;
}

export interface Served {
  readonly port: number;
  /** `http://127.0.0.1:8650` */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** When the port is taken: take a free one (default), or fail. */
  readonly portTaken?: 'take_another' | 'fail';
  readonly bodyBytesMax?: number;
  /** The path exactly as it was sent; default is decoded. */
  readonly answer: (request: Request) => Promise<Answer> | Answer;
}

const BODY_BYTES_MAX = 20 * 1024 * 1024;

/** Listens on 127.0.0.1 only. An error in `answer` is answered 500 with its message. */
export async function serve(options: ServeOptions): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing, options).catch(() => outgoing.destroy());
  });
  // Callers keep connections for a whole burst; closing one under them looks like a lost answer.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 60_000;
  const port = await listen(server, options.port, options.portTaken ?? 'take_another');
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () => close(server),
  };
}

/** Binds any server to loopback. @returns the port it got */
export async function listen(
  server: Server,
  port: number,
  portTaken: 'take_another' | 'fail',
): Promise<number> {
  try {
    return await bind(server, port);
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || portTaken === 'fail') throw error;
    return bind(server, 0);
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const bytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
  const body = await readBody(incoming, bytesMax);
  if (body === undefined) {
    outgoing.writeHead(413, { 'content-type': 'text/plain', connection: 'close' });
    outgoing.end(`body is larger than ${bytesMax} bytes`);
    return;
  }
  const answer = await answerOrError(toRequest(incoming, body), options);
  outgoing.writeHead(answer.status, answer.headers as Record<string, string | string[]>);
  outgoing.end(incoming.method === 'HEAD' ? undefined : answer.body);
}

async function answerOrError(request: Request, options: ServeOptions): Promise<Answer> {
  try {
    return await options.answer(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${request.method} ${request.path}: ${message}`);
    return json(500, { message });
  }
}

function toRequest(incoming: IncomingMessage, body: Buffer): Request {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    body,
    remoteAddress: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
}

async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function json(
  status: number,
  value: unknown,
  headers: { readonly [name: string]: string } = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}
