// The API's own description: an OpenAPI 3.1 document made of the routes and their schemas.

import * as z from 'zod/mini';
import { BODY_BYTES_MAX } from './read-request.ts';
import { type ErrorStatus, STATUS } from './refusal-status.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import { namedSchemas } from './schema-names.ts';

type Json = { readonly [name: string]: unknown };

const ERRORS: Readonly<Record<ErrorStatus, string>> = {
  400: 'The request could not be read',
  401: 'No token, or one that nobody has',
  403: 'The token lacks the scope',
  404: 'There is nothing of this name',
  405: 'This address has no such method',
  409: 'Not as things stand',
  412: 'If-Match names another version',
  413: 'The body is too large',
  415: 'The body is of another type',
  422: 'The input was understood and cannot be accepted',
  500: 'This went wrong on our side',
  503: 'Not possible at the moment: try again',
};

let made: Json | undefined;

/** Made once per process, when somebody asks for it. */
export function openApiDocument(): Json {
  made ??= documentOf(routes);
  return made;
}

export function documentOf(all: readonly Route[]): Json {
  const { schemas, refOf } = schemasOf(all);
  const paths: Record<string, Record<string, unknown>> = {
    '/v1/health': { get: open('health', 'Is it there', { type: 'object' }) },
    '/v1/openapi.json': { get: open('openapi', 'This document', { type: 'object' }) },
  };
  for (const route of all) {
    const { path, method } = route;
    paths[path] = { ...paths[path], [method]: operation(route, refOf) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Volley',
      version: '1',
      summary: 'Bursts over several channels: planned, approved, released, stopped and judged',
      description: DESCRIPTION,
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: SECURITY, schemas, responses: responses(), headers: HEADERS },
  };
}

const DESCRIPTION = [
  'Instants are milliseconds since 1970, UTC; moments in inputs are texts such as',
  '`2027-03-04 10:00 Europe/Paris`.',
  'Every POST takes an `Idempotency-Key`: the same key and body get the same answer for a day.',
  'Commands on a burst take `If-Match` with the `ETag` of the burst that was looked at.',
  'Lists take `limit` and `after`; `next`, also as a `Link`, names the page behind.',
].join(' ');

const SECURITY = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'Scopes: viewer, operator, approver, admin; each includes the ones before it.',
  },
};

const HEADERS = {
  ETag: { description: 'The version of the burst, for If-Match.', schema: { type: 'string' } },
  Link: { description: 'The next page, rel="next".', schema: { type: 'string' } },
};

const ERROR_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      additionalProperties: false,
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', pattern: '^[a-z0-9_]+$', description: 'The reason, for programs.' },
        message: { type: 'string', description: 'The reason, for people.' },
        field: { type: 'string', description: 'What is at fault: `burst.legs.mastodon.text`.' },
        limit: { type: 'string', description: 'The limit that was crossed: `at most 100`.' },
        file: { type: 'string' },
        line: { type: 'integer', minimum: 1 },
      },
    },
  },
};

function responses(): Json {
  const entries = Object.entries(ERRORS).map(([status, what]) => {
    const codes = [...STATUS].filter(([, one]) => String(one) === status).map(([code]) => code);
    const description = codes.length > 0 ? `${what}: ${codes.join(', ')}` : what;
    return [`E${status}`, { description, content: json({ $ref: '#/components/schemas/Error' }) }];
  });
  return Object.fromEntries(entries) as Json;
}

type RefOf = (route: Route, side: 'input' | 'answer') => Json;

/** All schemas turned at once, so that what several share is written once and referred to. */
function schemasOf(all: readonly Route[]): { schemas: Json; refOf: RefOf } {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of namedSchemas) registry.add(schema, { id });
  const shape: Record<string, z.ZodMiniType> = {};
  for (const route of all) {
    shape[`${nameOf(route)} input`] = route.input;
    if (route.answer) shape[`${nameOf(route)} answer`] = route.answer;
  }
  const turned = z.toJSONSchema(z.object(shape), {
    metadata: registry,
    unrepresentable: 'any',
    io: 'input',
  });
  // Its references point to `#/$defs/...` of a schema of its own.
  const text = JSON.stringify({ defs: turned.$defs ?? {}, of: turned.properties ?? {} });
  const { defs, of } = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')) as {
    defs: Record<string, Json>;
    of: Record<string, Json>;
  };
  const resolved = (schema: Json | undefined): Json => {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema?.$ref))?.[1];
    return (name === undefined ? schema : defs[name]) ?? { type: 'object' };
  };
  return {
    schemas: { Error: ERROR_SCHEMA, ...defs },
    refOf: (route, side) => {
      const schema = of[`${nameOf(route)} ${side}`];
      return side === 'input' ? resolved(schema) : (schema ?? { type: 'object' });
    },
  };
}

function operation(route: Route, refOf: RefOf): Json {
  const input = refOf(route, 'input');
  const fields = (input.properties ?? {}) as { readonly [name: string]: Json };
  const required = new Set(input.required as string[] | undefined);
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameter = (place: string) => (name: string) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: fields[name] ?? {},
  });
  const rest = Object.keys(fields).filter(
    (name) => !inPath.includes(name) && !route.query.includes(name),
  );
  const isVersioned = route.method === 'post' && 'burst' in fields;
  return {
    operationId: nameOf(route),
    summary: route.summary,
    description:
      route.scope === 'anyone'
        ? 'Takes no token: the address holds a secret.'
        : `Takes the scope ${route.scope}.`,
    ...(route.scope === 'anyone' ? { security: [] } : {}),
    'x-scope': route.scope,
    parameters: [
      ...inPath.map(parameter('path')),
      ...route.query.map(parameter('query')),
      ...(route.method === 'post' ? [IDEMPOTENCY_KEY] : []),
      ...(isVersioned ? [IF_MATCH] : []),
    ],
    ...bodyOf(route, { input, fields, required, rest }),
    responses: responsesOf(route, refOf(route, 'answer'), inPath.length > 0),
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^(\\*|"[\\x21\\x23-\\x7e]{1,64}")$' },
};

interface Fields {
  readonly input: Json;
  readonly fields: { readonly [name: string]: Json };
  readonly required: ReadonlySet<string>;
  readonly rest: readonly string[];
}

function bodyOf(route: Route, { fields, required, rest }: Fields): Json {
  if (route.body === 'none') return {};
  if (route.body === 'csv') {
    const schema = { type: 'string', maxLength: BODY_BYTES_MAX };
    return { requestBody: { required: true, content: { 'text/csv': { schema } } } };
  }
  const wanted = rest.filter((name) => required.has(name));
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(rest.map((name) => [name, fields[name]])),
    ...(wanted.length > 0 ? { required: wanted } : {}),
  };
  return { requestBody: { required: wanted.length > 0, content: json(schema) } };
}

function responsesOf(route: Route, answer: Json, hasName: boolean): Json {
  const isPost = route.method === 'post';
  const isBurst = route.path.includes('{burst}');
  const headers = {
    ...(isBurst ? { ETag: { $ref: '#/components/headers/ETag' } } : {}),
    ...(route.query.includes('after') ? { Link: { $ref: '#/components/headers/Link' } } : {}),
  };
  const statuses: ErrorStatus[] = [
    400,
    401,
    403,
    ...(hasName || isPost ? ([404] as const) : []),
    409,
    ...(isPost ? ([412, 413, 415] as const) : []),
    422,
    500,
    503,
  ];
  return {
    200: {
      description: 'As asked',
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      content: json(answer),
    },
    ...Object.fromEntries(
      statuses.map((status) => [status, { $ref: `#/components/responses/E${status}` }]),
    ),
  };
}

function open(operationId: string, summary: string, schema: Json): Json {
  const ok = { description: 'As asked', content: json(schema) };
  return { operationId, summary, security: [], responses: { 200: ok } };
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** `post /v1/bursts/{burst}/approve` is `post_bursts_burst_approve`. */
export function nameOf({ method, path }: Route): string {
  const words = path
    .replace(/^\/v1\//, '')
    .split('/')
    .map((word) => word.replace(/[{}]/g, '').replace(/\W+/g, '_'));
  return [method, ...words].join('_');
}
