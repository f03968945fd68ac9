// An HTTP request as an HTTP API hands it to a function, and the function's answer as HTTP.
// Payload format 2.0.

import { randomUUID } from 'node:crypto';
import type { Host } from '#infra/definition.ts';
import type { Answer, Request } from '../http-server.ts';

export interface Matched {
  readonly route: string;
  readonly parameters: { readonly [name: string]: string };
}

/** Does a route of the definition, `GET /c/{token}` or `ANY /{proxy+}`, take this request? */
export function matchRoute(route: string, method: string, path: string): Matched | undefined {
  const [wanted = '', pattern = ''] = route.split(' ');
  if (wanted !== 'ANY' && wanted !== method) return undefined;
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)(\+?)\}/g, (_, name: string, greedy: string) => {
    names.push(name);
    return greedy ? '(.*)' : '([^/]+)';
  });
  const match = new RegExp(`^${source}$`).exec(path);
  if (!match) return undefined;
  const parameters: Record<string, string> = {};
  names.forEach((name, index) => {
    parameters[name] = decode(match[index + 1] ?? '');
  });
  return { route, parameters };
}

export interface EventContext {
  readonly host: Host;
  readonly matched: Matched;
  readonly now: number;
}

/**
 * Departs from the service: the simulated crowd has one address for all its readers, so the header
 * `x-volley-crowd` names the address a request is meant to come from.
 */
export function toHttpEvent(request: Request, context: EventContext): object {
  const { matched, now } = context;
  const { cookie, ...headers } = request.headers;
  const isText = isUtf8(request.body);
  return {
    version: '2.0',
    routeKey: matched.route,
    rawPath: request.path,
    rawQueryString: request.rawQuery,
    ...(cookie ? { cookies: cookie.split('; ') } : {}),
    headers,
    ...(request.rawQuery ? { queryStringParameters: joined(request.query) } : {}),
    pathParameters: matched.parameters,
    requestContext: {
      accountId: '000000000000',
      apiId: context.host,
      domainName: request.headers.host ?? '',
      domainPrefix: context.host,
      http: {
        method: request.method,
        path: request.path,
        protocol: 'HTTP/1.1',
        sourceIp: request.headers['x-volley-crowd'] ?? request.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: matched.route,
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    ...(request.body.length > 0 ? { body: request.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

interface FunctionAnswer {
  readonly statusCode?: number;
  readonly headers?: { readonly [name: string]: string | number | boolean };
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Without a status code the whole result is a JSON body, as the service has it. */
export function toAnswer(result: unknown): Answer {
  const given = (result ?? {}) as FunctionAnswer;
  if (typeof given.statusCode !== 'number') {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof result === 'string' ? result : JSON.stringify(result ?? null),
    };
  }
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    headers[name.toLowerCase()] = String(value);
  }
  if (given.cookies?.length) headers['set-cookie'] = [...given.cookies];
  const body = given.body ?? '';
  if (body !== '') headers['content-type'] ??= 'text/plain;charset=utf-8';
  return {
    status: given.statusCode,
    headers,
    body: given.isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}

function joined(query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of query) {
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
  }
  return values;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
