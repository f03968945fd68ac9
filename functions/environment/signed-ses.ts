// SendBulkEmail signed by hand: the one call that is made often enough for the SDK's cost to show.

import * as http from 'node:http';
import * as https from 'node:https';
import type { BulkAnswer, BulkRequest } from '#domain/ports.ts';
import { bulkBody } from './bulk-body.ts';
import {
  answeredFault,
  bulkAnswer,
  transportFault,
  unanswered,
  unreachable,
} from './ses-faults.ts';
import { amzDate, type Credentials, createSigner, type Signable, sha256Hex } from './sigv4.ts';

/** Where the call goes; read from the SDK, so that both follow the same standard variables. */
export interface BulkTarget {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly region: string;
}

export interface SignedBulkOptions {
  readonly target: BulkTarget;
  /** Called before every call; refreshes what is about to expire. */
  readonly credentials: () => Promise<Credentials>;
  /** Wall clock for the signature, milliseconds since 1970. */
  readonly now: () => number;
}

export type SendBulk = (
  request: BulkRequest,
  options: { readonly timeoutMs: number },
) => Promise<BulkAnswer>;

/** An idle socket is dropped before the far side may drop it: a reset in mid-call means doubt. */
const IDLE_SOCKET_MS = 4_000;
const ANSWER_BYTES_MAX = 1_048_576;

/** One attempt a call, no repeat of any kind; faults as the port `Ses` says. */
export function createSignedBulk({ target, credentials, now }: SignedBulkOptions): SendBulk {
  const client = target.protocol === 'https:' ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 256, timeout: IDLE_SOCKET_MS });
  const sign = createSigner({ region: target.region, service: 'ses' });

  return async (request, { timeoutMs }) => {
    const by = await credentials().catch((cause: unknown) => {
      throw unreachable('no credentials to call SES with could be read', cause);
    });
    const signable = bulkSignable(target, request, by, now());
    const headers = { ...signable.headers, authorization: sign(signable, by) };
    const answer = await once(client, agent, target, headers, signable.body, timeoutMs);
    return read(answer, request.entries.length);
  };
}

/** The request as it is signed. */
function bulkSignable(
  target: BulkTarget,
  request: BulkRequest,
  by: Credentials,
  at: number,
): Signable {
  const body = JSON.stringify(bulkBody(request));
  return {
    method: 'POST',
    path: target.path,
    body,
    headers: {
      'content-type': 'application/json',
      host: target.port === undefined ? target.hostname : `${target.hostname}:${target.port}`,
      'x-amz-content-sha256': sha256Hex(body),
      'x-amz-date': amzDate(at),
      ...(by.sessionToken !== undefined && { 'x-amz-security-token': by.sessionToken }),
    },
  };
}

interface RawAnswer {
  readonly status: number;
  readonly errorType: string;
  readonly body: string;
}

function once(
  client: typeof http | typeof https,
  agent: http.Agent,
  target: BulkTarget,
  headers: http.OutgoingHttpHeaders,
  body: string,
  timeoutMs: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, path } = target;
    const request = client.request({ agent, hostname, port, path, method: 'POST', headers });
    const deadline = setTimeout(() => {
      fail(unanswered(`SES gave no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: unknown): void => {
      clearTimeout(deadline);
      reject(transportFault(error));
      request.destroy();
    };
    request.on('error', fail);
    request.on('response', (response) => {
      collect(response, fail, (text) => {
        clearTimeout(deadline);
        const errorType = String(response.headers['x-amzn-errortype'] ?? '');
        resolve({ status: response.statusCode ?? 0, errorType, body: text });
      });
    });
    request.end(body);
  });
}

function collect(
  response: http.IncomingMessage,
  fail: (error: unknown) => void,
  done: (text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      fail(unanswered(`SES answered more than ${ANSWER_BYTES_MAX} bytes`));
    }
    chunks.push(chunk);
  });
  response.on('error', fail);
  response.on('aborted', () => fail(unanswered('SES cut its answer off')));
  response.on('end', () => {
    if (response.complete) done(Buffer.concat(chunks).toString('utf8'));
  });
}

function read(answer: RawAnswer, entries: number): BulkAnswer {
  const body = parsed(answer.body);
  if (answer.status === 200) return bulkAnswer(body?.BulkEmailEntryResults, entries);
  const named = [answer.errorType, body?.__type, body?.code, body?.type].find(
    (one): one is string => typeof one === 'string' && one !== '',
  );
  const message = body?.message ?? body?.Message;
  throw answeredFault(
    answer.status,
    // `Name:http://...` and `namespace#Name` are both in use.
    (named ?? '').replace(/:.*$/, '').replace(/^.*#/, ''),
    typeof message === 'string' ? message : '',
  );
}

function parsed(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
