// A goal was reached: a signed server call, a pixel, or a script on the thank-you page.

import type { ConversionEvent, PersonConversion } from '#domain/event.ts';
import type { KeyRing } from '#domain/key-ring.ts';
import { parseJson } from '#domain/parse-json.ts';
import { personDigest } from '#domain/person-key.ts';
import type { Log, Queue } from '#domain/ports.ts';
import { type Claims, verify } from '#domain/token.ts';
import { readerDigests } from '#domain/visitor.ts';
import { conversionEvent, personConversion } from './conversion-event.ts';
import { type ConversionReport, readReport, readSmallReport } from './conversion-report.ts';
import {
  bodyOf,
  type HttpEvent,
  type HttpResult,
  PRIVATE_HEADERS,
  TRY_AGAIN,
} from './http-event.ts';
import { verifyWebhook } from './verify-webhook.ts';

export interface ConversionPorts {
  readonly now: () => number;
  readonly linkHost: string;
  readonly keyRing: () => Promise<KeyRing>;
  /** Whoever knows one of them may report conversions. */
  readonly conversionSecrets: () => Promise<readonly string[]>;
  /** Digests whoever is named by person. */
  readonly suppressionKey: () => Promise<string>;
  readonly queue: Queue;
  readonly log: Log;
}

const BODY_BYTES_MAX = 16_384;
const PAGE_PATH = /^\/v\/([A-Za-z0-9._-]{1,256}?)(\.gif)?$/;
const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/**
 * `POST /v/convert`, signed, from a server; `GET /v/<click id>.gif` and `POST /v/<click id>` from a
 * reader's browser. Answers once the queue has the conversion, else 503. Every conversion has an
 * id: the caller's, or for a page visit one a day and visitor; the same id counts once.
 */
export function createTakeConversion(
  ports: ConversionPorts,
): (event: HttpEvent) => Promise<HttpResult> {
  return async (event) => {
    if (event.headers.host?.toLowerCase() !== ports.linkHost) return notFound;
    try {
      return await route(ports, event);
    } catch (error) {
      noteUnrecorded(ports.log, error);
      return TRY_AGAIN;
    }
  };
}

async function route(ports: ConversionPorts, event: HttpEvent): Promise<HttpResult> {
  const { method } = event.requestContext.http;
  if (event.rawPath === '/v/convert') {
    return method === 'POST' ? await fromServer(ports, event) : notFound;
  }
  const [, token, suffix] = PAGE_PATH.exec(event.rawPath) ?? [];
  if (token === undefined) return notFound;
  if (suffix) return method === 'GET' ? await fromPixel(ports, event, token) : notFound;
  if (method === 'OPTIONS') return preflight;
  return method === 'POST' ? await fromScript(ports, event, token) : notFound;
}

async function fromServer(ports: ConversionPorts, event: HttpEvent): Promise<HttpResult> {
  const body = bodyOf(event, BODY_BYTES_MAX);
  if (body === undefined)
    return refusal(413, 'body', 'is too long', `at most ${BODY_BYTES_MAX} bytes`);
  const secrets = await ports.conversionSecrets();
  const signed = verifyWebhook(event.headers, body, secrets, ports.now());
  if (signed.kind === 'refused') return refusal(400, signed.field, signed.message);
  const report = readReport(body, ports.now());
  if ('field' in report) return refusal(report.status, report.field, report.message, report.limit);
  const claims = report.click === undefined ? undefined : await claimsOf(ports, report.click);
  // Of another campaign, perhaps: whoever is named as well is found without it.
  if (!claims && !report.person?.burst) return refusal(404, 'click', 'is no click id of ours');
  const id = report.id ?? signed.id;
  if (claims) await send(ports, conversionEvent(claims, report, id, ports.now()));
  if (report.person) await sendByPerson(ports, report.person, { report, id, claims });
  return {
    statusCode: 202,
    headers: { ...PRIVATE_HEADERS, ...JSON_TYPE },
    body: '{"taken":true}\n',
  };
}

interface Reported {
  readonly report: ConversionReport;
  readonly id: string;
  readonly claims: Claims | undefined;
}

/** Not counted a second time where a click id credits it; then it tells what the messages brought. */
async function sendByPerson(
  ports: ConversionPorts,
  { contact, burst }: NonNullable<ConversionReport['person']>,
  { report, id, claims }: Reported,
): Promise<void> {
  const whose = burst ?? claims?.burst;
  if (whose === undefined) return;
  const person = personDigest(contact, await ports.suppressionKey());
  const byPerson = claims ? 'elsewhere' : 'credit';
  await send(ports, personConversion({ burst: whose, person, byPerson }, report, id, ports.now()));
}

async function fromPixel(
  ports: ConversionPorts,
  event: HttpEvent,
  token: string,
): Promise<HttpResult> {
  const query = Object.fromEntries(new URLSearchParams(event.rawQueryString ?? ''));
  const taken = await fromPage(ports, event, token, { id: query.id, value: query.value });
  if (taken !== 'taken') return taken;
  return {
    statusCode: 200,
    headers: { ...PRIVATE_HEADERS, 'content-type': 'image/gif' },
    body: PIXEL,
    isBase64Encoded: true,
  };
}

async function fromScript(
  ports: ConversionPorts,
  event: HttpEvent,
  token: string,
): Promise<HttpResult> {
  const body = bodyOf(event, BODY_BYTES_MAX);
  if (body === undefined)
    return refusal(413, 'body', 'is too long', `at most ${BODY_BYTES_MAX} bytes`);
  const said = parseJson(body.trim() === '' ? '{}' : body);
  if (said.kind !== 'json') return withCors(refusal(400, 'body', 'is no JSON'));
  const taken = await fromPage(ports, event, token, said.value);
  if (taken !== 'taken') return withCors(taken);
  return withCors({ statusCode: 204, headers: PRIVATE_HEADERS, body: '' });
}

/** What a reader's own browser says: the click id is the proof, so it may also name id and value. */
async function fromPage(
  ports: ConversionPorts,
  event: HttpEvent,
  token: string,
  said: unknown,
): Promise<'taken' | HttpResult> {
  const report = readSmallReport(said);
  if ('field' in report) return refusal(report.status, report.field, report.message, report.limit);
  const claims = await claimsOf(ports, token);
  if (!claims) return notFound;
  const at = ports.now();
  const agent = (event.headers['user-agent'] ?? '').slice(0, 400);
  const reader = { address: event.requestContext.http.sourceIp, agent, at };
  const { visitor } = readerDigests(reader, (await ports.keyRing()).signs.secret);
  const conversion = conversionEvent(claims, report, report.id ?? `page-${visitor}`, at);
  await send(ports, { ...conversion, visitor });
  return 'taken';
}

async function claimsOf(ports: ConversionPorts, token: string): Promise<Claims | undefined> {
  const ring = await ports.keyRing();
  return verify(token, 'click', ports.linkHost, ring.clicks);
}

async function send(
  ports: ConversionPorts,
  conversion: ConversionEvent | PersonConversion,
): Promise<void> {
  try {
    await ports.queue.send([JSON.stringify(conversion)]);
  } catch (cause) {
    throw new Unrecorded(conversion.burst, { cause });
  }
}

class Unrecorded extends Error {
  readonly burst: string;

  constructor(burst: string, options: ErrorOptions) {
    super('the queue did not take it', options);
    this.burst = burst;
  }
}

function noteUnrecorded(log: Log, error: unknown): void {
  const cause = error instanceof Unrecorded ? error.cause : error;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unanswered';
  const burst = error instanceof Unrecorded ? { burst: error.burst } : {};
  log.warn('conversion_unrecorded', { ...burst, reason, count: 1 });
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function refusal(statusCode: number, field: string, message: string, limit?: string): HttpResult {
  const error = {
    code: 'bad_input',
    field,
    message: `${field} ${message}`,
    ...(limit ? { limit } : {}),
  };
  const body = `${JSON.stringify({ error })}\n`;
  return { statusCode, headers: { ...PRIVATE_HEADERS, ...JSON_TYPE }, body };
}

const notFound = { ...refusal(404, 'path', 'is no address of ours'), body: 'Not found\n' };

/** Any page may report to us; no cookie and no credential is ever looked at. */
function withCors(result: HttpResult): HttpResult {
  return { ...result, headers: { ...result.headers, 'access-control-allow-origin': '*' } };
}

const preflight: HttpResult = withCors({
  statusCode: 204,
  headers: {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '86400',
  },
  body: '',
});
