// The API: routes in front of commands, with tokens, keys for repeats and one shape of errors.

import { type Context, Hono } from 'hono';
import { findBurst } from '#commands/change-burst.ts';
import type { CommandContext, Principal } from '#commands/context.ts';
import { requireVersion } from '#commands/describe-burst.ts';
import { campaignSchema } from '#domain/campaign-schema.ts';
import { Refusal } from '#domain/faults.ts';
import type { Log } from '#domain/ports.ts';
import { type Answered, answerOnce } from './answer-once.ts';
import { authenticate } from './authenticate.ts';
import { openApiDocument } from './open-api.ts';
import { BODY_BYTES_MAX, checkParams, readExpected, readInput } from './read-request.ts';
import { errorBody, statusOf } from './refusal-status.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

export interface ApiPorts extends Omit<CommandContext, 'principal' | 'expected'> {
  readonly log: Log;
}

export function createApp(ports: ApiPorts): Hono {
  const app = new Hono();
  app.get('/v1/health', (http) => answer(http, { status: 200, body: { ok: true } }));
  app.get('/v1/openapi.json', (http) => answer(http, { status: 200, body: openApiDocument() }));
  app.get('/v1/campaign.schema.json', (http) =>
    answer(http, { status: 200, body: campaignSchema() }),
  );
  for (const route of routes) {
    app.on(route.method.toUpperCase(), pathOf(route), (http) => handle(http, ports, route));
  }
  for (const [path, methods] of methodsByPath()) {
    app.all(path, (http) => otherMethod(http, ports, methods));
  }
  app.notFound((http) => {
    return refuse(http, ports, new Refusal('route_unknown', 'there is nothing at this address'));
  });
  app.onError((error, http) => refuse(http, ports, error));
  return app;
}

function pathOf(route: Route): string {
  return route.path.replace(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(): Map<string, string[]> {
  const found = new Map([
    ['/v1/health', ['GET', 'HEAD']],
    ['/v1/openapi.json', ['GET', 'HEAD']],
    ['/v1/campaign.schema.json', ['GET', 'HEAD']],
  ]);
  for (const route of routes) {
    const methods = route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()];
    found.set(pathOf(route), [...(found.get(pathOf(route)) ?? []), ...methods]);
  }
  return found;
}

/** OPTIONS says which methods there are, to anybody; nothing is opened to other origins by it. */
function otherMethod(http: Context, ports: ApiPorts, methods: readonly string[]): Response {
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (http.req.method === 'OPTIONS') {
    return new Response(null, { status: 204, headers: { ...HEADERS, allow } });
  }
  const limit = `one of ${allow}`;
  const refusal = new Refusal('method_unknown', 'this address has no such method', { limit });
  const refused = refuse(http, ports, refusal);
  refused.headers.set('allow', allow);
  return refused;
}

async function handle(http: Context, ports: ApiPorts, route: Route): Promise<Response> {
  const params = http.req.param() as Record<string, string>;
  checkParams(params);
  const principal = await principalOf(http, ports, route);
  // Whoever has no token learns nothing of bursts and has nothing kept.
  const isAnyone = route.scope === 'anyone';
  const expected = isAnyone ? undefined : readExpected(route, http.req.header('if-match'));
  const body = await readBody(http);
  const context = { ...ports, principal, ...(expected === undefined ? {} : { expected }) };
  const carryOut = async (): Promise<Answered> => {
    const contentType = http.req.header('content-type') ?? '';
    const request = { params, query: http.req.queries(), contentType, body };
    const input = readInput(route, request);
    // For commands that write no header; those that do look again at the one they write.
    if (expected !== undefined && params.burst !== undefined) {
      requireVersion(expected, await findBurst(context, params.burst));
    }
    return { status: 200, body: await route.run(context, input, body) };
  };
  const key = http.req.header('idempotency-key');
  if (key === undefined || route.method === 'get' || isAnyone)
    return answer(http, await carryOut(), route);
  const { method, url } = http.req;
  const { pathname, search } = new URL(url);
  const request = { principal: principal.name, key, method, path: `${pathname}${search}`, body };
  const settled = await answerOnce(ports, request, () => settle(http, ports, carryOut));
  return answer(http, settled, route);
}

async function principalOf(http: Context, ports: ApiPorts, route: Route): Promise<Principal> {
  if (route.scope === 'anyone') return { name: 'anyone', scopes: new Set() };
  const { table, secrets, clock } = ports;
  return authenticate(table, secrets, http.req.header('authorization'), clock.now());
}

/** The service in front has the same bound; whoever runs this elsewhere has it from here. */
async function readBody(http: Context): Promise<string> {
  const stated = Number(http.req.header('content-length') ?? 0);
  const body = stated > BODY_BYTES_MAX ? undefined : await http.req.text();
  if (body !== undefined && Buffer.byteLength(body) <= BODY_BYTES_MAX) return body;
  throw new Refusal('body_too_large', 'the body is too large', {
    limit: `at most ${BODY_BYTES_MAX} bytes`,
  });
}

/** A refusal is an answer like any other, so that a repeat gets it again. */
async function settle(
  http: Context,
  ports: ApiPorts,
  carryOut: () => Promise<Answered>,
): Promise<Answered> {
  try {
    return await carryOut();
  } catch (error) {
    note(http, ports, error);
    return { status: statusOf(error), body: errorBody(error) };
  }
}

function refuse(http: Context, ports: ApiPorts, error: unknown): Response {
  note(http, ports, error);
  return answer(http, { status: statusOf(error), body: errorBody(error) });
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function answer(http: Context, answered: Answered, route?: Route): Response {
  const { version, next } = (answered.body ?? {}) as { version?: unknown; next?: unknown };
  const isPaged = answered.status === 200 && next !== undefined && route?.query.includes('after');
  return new Response(JSON.stringify(answered.body), {
    status: answered.status,
    headers: {
      ...HEADERS,
      'content-type': 'application/json; charset=utf-8',
      ...(answered.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(typeof version === 'string' ? { etag: `"${version}"` } : {}),
      ...(isPaged ? { link: nextLink(http.req.url, String(next)) } : {}),
    },
  });
}

/** The same list from where this page ends (RFC 8288). */
function nextLink(url: string, next: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.set('after', next);
  return `<${pathname}?${searchParams}>; rel="next"`;
}

/** What is not the caller's doing goes to the log, by code and class: messages may hold anything. */
function note(http: Context, ports: ApiPorts, error: unknown): void {
  if (error instanceof Refusal) return;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
  const name = error instanceof Error ? error.name : typeof error;
  const burst = /^\/v1\/bursts\/([a-z0-9-]+)/.exec(http.req.path)?.[1];
  ports.log.error('api_failed', { code, name, ...(burst === undefined ? {} : { burst }) });
}
