// The one client for everything outside AWS: one attempt, no redirects, never into the own network.

import { lookup as systemLookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { Fault, Refusal } from '#domain/faults.ts';
import type { Http, HttpAnswer, HttpRequest } from '#domain/ports.ts';
import { type Loopback, refusal, type Target, targetOf } from './check-url.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** All addresses of a host name, in the order in which they should be tried. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface HttpOptions {
  /** Where loopback may be called; absent: nowhere. */
  readonly loopback?: Loopback;
  readonly lookup?: Lookup;
  /** Certificate authorities besides the system's, PEM. */
  readonly ca?: string;
}

const ADDRESSES_MAX = 3;
const TIMEOUT_MS_MAX = 30_000;
const ANSWER_BYTES_MAX = 1_048_576;

/**
 * DNS is asked once, every address it gives is checked, and the connection is made to one of
 * those addresses with the name in Host and SNI, so that a second answer cannot lead elsewhere.
 * The deadline covers everything from the look-up to the last byte.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const { loopback = false, lookup = lookupAll, ca } = options;
  return {
    async request(request) {
      const target = targetOf(request.url, loopback);
      const headers = headersOf(request, target);
      const deadline = createDeadline(Math.min(request.timeoutMs, TIMEOUT_MS_MAX));
      try {
        const addresses = await deadline.within(addressesOf(target, lookup), 'http_unreachable');
        const socket = await connectAny(addresses, target, ca, deadline);
        return await deadline.within(
          exchange(socket, request, target, headers),
          'http_unanswered',
          () => socket.destroy(),
        );
      } finally {
        deadline.clear();
      }
    },
  };
}

async function lookupAll(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true, order: 'ipv4first' });
  return found.map((one) => one.address);
}

async function addressesOf(target: Target, lookup: Lookup): Promise<readonly string[]> {
  if (net.isIP(target.host) !== 0) return [target.host];
  const found = await lookup(target.host).catch((cause: unknown) => {
    throw unreachable(`${target.host} has no address`, cause);
  });
  if (found.length === 0) throw unreachable(`${target.host} has no address`);
  for (const address of found) {
    // One inner address among public ones is an attack or a mistake: neither is followed.
    const fine = isPublicAddress(address) || (target.loopback && isLoopbackAddress(address));
    if (!fine) throw refusal(`${target.host} leads to ${address}, which is no public address`);
  }
  return found.slice(0, ADDRESSES_MAX);
}

/** The first address that takes the connection; nothing has left until one does. */
async function connectAny(
  addresses: readonly string[],
  target: Target,
  ca: string | undefined,
  deadline: Deadline,
): Promise<net.Socket> {
  let last: unknown;
  for (const address of addresses) {
    const { socket, connected } = connect(address, target, ca);
    try {
      await deadline.within(connected, 'http_unreachable', () => socket.destroy());
      return socket;
    } catch (error) {
      socket.destroy();
      if (error instanceof Fault && error.code === 'http_unreachable') throw error;
      last = error;
    }
  }
  throw unreachable(`${target.authority} takes no connection`, last);
}

function connect(address: string, target: Target, ca: string | undefined) {
  const to = { host: address, port: target.port };
  const name = net.isIP(target.host) === 0 ? { servername: target.host } : {};
  const authorities = ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] };
  const socket = target.secure
    ? tls.connect({ ...to, ...name, ...authorities, ALPNProtocols: ['http/1.1'] })
    : net.connect(to);
  // A late error of a socket that nobody waits for any more must not end the process.
  socket.on('error', () => undefined);
  const connected = new Promise<void>((resolve, reject) => {
    socket.once(target.secure ? 'secureConnect' : 'connect', () => resolve());
    socket.once('error', reject);
  });
  return { socket, connected };
}

function headersOf(request: HttpRequest, target: Target): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    try {
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
    } catch {
      // The value may be a secret: it is not repeated.
      throw new Refusal('header_malformed', `the header ${JSON.stringify(name)} cannot be sent`);
    }
    given[name.toLowerCase()] = value;
  }
  const body = request.body;
  return {
    'user-agent': 'volley',
    ...given,
    host: target.authority,
    'accept-encoding': 'identity',
    connection: 'close',
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  };
}

function exchange(
  socket: net.Socket,
  request: HttpRequest,
  target: Target,
  headers: Record<string, string>,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      reject(unanswered(`${target.authority} ${why}`, cause));
      socket.destroy();
    };
    const { method } = request;
    const outgoing = http.request({
      createConnection: () => socket,
      method,
      path: target.path,
      headers,
      setHost: false,
    });
    outgoing.on('error', (cause) => fail('broke the connection', cause));
    outgoing.on('upgrade', () => fail('switched protocols'));
    outgoing.on('response', (incoming) => {
      const encoding = incoming.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') return fail('answered encoded, though plain was asked for');
      collect(incoming, request.maxBytes ?? ANSWER_BYTES_MAX, fail, (body) => {
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), body });
        socket.destroy();
      });
    });
    outgoing.end(request.body);
  });
}

function collect(
  incoming: http.IncomingMessage,
  maxBytes: number,
  fail: (why: string, cause?: unknown) => void,
  done: (body: Uint8Array) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) fail(`answered more than ${maxBytes} bytes`);
    else chunks.push(chunk);
  });
  incoming.on('error', (cause) => fail('cut its answer off', cause));
  incoming.on('end', () => {
    if (incoming.complete) done(Buffer.concat(chunks));
    else fail('cut its answer off');
  });
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]);
  return Object.fromEntries(entries);
}

interface Deadline {
  /** The promise's outcome, or a fault of this code when time is up first; then `stop` is called. */
  within<T>(promise: Promise<T>, code: string, stop?: () => void): Promise<T>;
  clear(): void;
}

function createDeadline(timeoutMs: number): Deadline {
  let expire: () => void = () => undefined;
  const expired = new Promise<void>((resolve) => {
    expire = resolve;
  });
  const timer = setTimeout(expire, timeoutMs);
  return {
    within(promise, code, stop) {
      const late = expired.then(() => {
        stop?.();
        const retryable = code === 'http_unreachable';
        throw new Fault(code, `no answer within ${timeoutMs} ms`, { retryable });
      });
      return Promise.race([promise, late]);
    },
    clear: () => clearTimeout(timer),
  };
}

function unreachable(message: string, cause?: unknown): Fault {
  return new Fault('http_unreachable', message, {
    retryable: true,
    ...(cause !== undefined && { cause }),
  });
}

function unanswered(message: string, cause?: unknown): Fault {
  return new Fault('http_unanswered', message, {
    retryable: false,
    ...(cause !== undefined && { cause }),
  });
}
