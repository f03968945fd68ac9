// The API: routes in front of commands, with tokens, keys for repeats and one shape of errors.

import { type Context, Hono } from 'hono';
import type { CommandContext } from '#commands/context.ts';
import { Refusal } from '#domain/faults.ts';
import type { Log } from '#domain/ports.ts';
import { type Answered, answerOnce } from './answer-once.ts';
import { authenticate } from './authenticate.ts';
import { BODY_BYTES_MAX, checkParams, readInput } from './read-request.ts';
import { errorBody, statusOf } from './refusal-status.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

export interface ApiPorts extends Omit<CommandContext, 'principal'> {
  readonly log: Log;
}

export function createApp(ports: ApiPorts): Hono {
  const app = new Hono();
  app.get('/v1/health', (http) => http.json({ ok: true }));
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    app.on(route.method.toUpperCase(), path, (http) => handle(http, ports, route));
  }
  app.notFound((http) => {
    return refuse(http, ports, new Refusal('route_unknown', 'there is nothing at this address'));
  });
  app.onError((error, http) => refuse(http, ports, error));
  return app;
}

async function handle(http: Context, ports: ApiPorts, route: Route): Promise<Response> {
  const params = http.req.param() as Record<string, string>;
  checkParams(params);
  const { table, secrets } = ports;
  const principal = await authenticate(table, secrets, http.req.header('authorization'));
  const body = await readBody(http);
  const context = { ...ports, principal };
  const carryOut = async (): Promise<Answered> => {
    const contentType = http.req.header('content-type') ?? '';
    const request = { params, query: http.req.queries(), contentType, body };
    return { status: 200, body: await route.run(context, readInput(route, request), body) };
  };
  const key = http.req.header('idempotency-key');
  if (key === undefined || route.method === 'get') return answer(http, await carryOut());
  const { method, path } = http.req;
  const request = { principal: principal.name, key, method, path, body };
  const settled = await answerOnce(ports, request, () => settle(ports, carryOut));
  return answer(http, settled);
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
async function settle(ports: ApiPorts, carryOut: () => Promise<Answered>): Promise<Answered> {
  try {
    return await carryOut();
  } catch (error) {
    note(ports, error);
    return { status: statusOf(error), body: errorBody(error) };
  }
}

function refuse(http: Context, ports: ApiPorts, error: unknown): Response {
  note(ports, error);
  return answer(http, { status: statusOf(error), body: errorBody(error) });
}

function answer(_http: Context, answered: Answered): Response {
  return new Response(JSON.stringify(answered.body), {
    status: answered.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(answered.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}

/** What is not the caller's doing goes to the log, by code and class: messages may hold anything. */
function note(ports: ApiPorts, error: unknown): void {
  if (error instanceof Refusal) return;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
  const name = error instanceof Error ? error.name : typeof error;
  ports.log.error('api_failed', { code, name });
}
