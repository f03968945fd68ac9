// Requests drawn from the API's own document: such as it allows, and such as it does not.

import fc from 'fast-check';
import {
  type Drawing,
  fitting,
  type Hints,
  type Schema,
  type Schemas,
  unfitting,
} from './from-schema.ts';

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: { readonly [type: string]: { readonly schema: Schema } };
  };
  readonly security?: readonly unknown[];
  readonly responses: { readonly [status: string]: unknown };
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** What was broken on purpose; absent: the document allows it. */
  readonly broken?: string;
}

interface Draft {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly body?: unknown;
}

const CSV: readonly string[] = [
  'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n',
  'email\n',
  'name\nx\n',
  'email\n"',
  '',
];

/** The document allows all of these. */
export function allowed(
  operation: Operation,
  schemas: Schemas,
  hints: Hints,
): fc.Arbitrary<Request> {
  return draft(operation, { schemas, hints }).map((one) => render(operation, one));
}

/** Each breaks the document in one place; none of them may be answered as if it did not. */
export function refused(
  operation: Operation,
  schemas: Schemas,
  hints: Hints,
): fc.Arbitrary<Request> {
  const breaks = [
    fc.constant((one: Request): Request => ({ ...one, headers: {}, broken: 'no token' })),
    ...unknownQuery(),
    ...ofPath(operation),
    ...ofHeaders(operation),
    ...ofBody(operation, schemas),
    ...ofQuery(operation, schemas),
  ];
  return fc
    .tuple(draft(operation, { schemas, hints }), fc.oneof(...breaks))
    .map(([one, change]) => change(render(operation, one), one));
}

type Break = (request: Request, draft: Draft) => Request;

function unknownQuery(): fc.Arbitrary<Break>[] {
  const names = fc.constantFrom('sort', 'api_key', 'cursor', '__proto__', 'filter');
  return [
    names.map((name) => (one) => {
      const mark = one.path.includes('?') ? '&' : '?';
      return { ...one, path: `${one.path}${mark}${name}=pk%3B--`, broken: `query ${name}` };
    }),
  ];
}

function ofPath(operation: Operation): fc.Arbitrary<Break>[] {
  const names = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  if (names.length === 0) return [];
  const bad = fc.constantFrom('1%23T%23B', '..%2FB', '*', 'A', '-a', '1%00', 'x'.repeat(2_048));
  return [
    fc.tuple(fc.constantFrom(...names), bad).map(([name, value]) => (one, given) => ({
      ...render(operation, { ...given, path: { ...given.path, [name]: undefined } }),
      path: one.path.replace(/^(\/v1\/[a-z-]+)\/[^/?]+/, `$1/${value}`),
      broken: `path ${name}`,
    })),
  ];
}

function ofHeaders(operation: Operation): fc.Arbitrary<Break>[] {
  const bad: Record<string, readonly string[]> = {
    'Idempotency-Key': ['x'.repeat(256), 'a b', 'é'],
    'If-Match': ['abc', '"a', '""', 'W/'],
  };
  return operation.parameters
    .filter(({ name }) => name in bad)
    .map(({ name }) =>
      fc.constantFrom(...(bad[name] ?? [])).map((value) => (one) => ({
        ...one,
        headers: { ...one.headers, [name]: value },
        broken: `header ${name}`,
      })),
    );
}

function ofQuery(operation: Operation, schemas: Schemas): fc.Arbitrary<Break>[] {
  return operation.parameters
    .filter((one) => one.in === 'query')
    .flatMap(({ name, schema }) => {
      const values = unfitting(schema, schemas).filter(
        (value) => typeof value !== 'object' && fromText(String(value)) === value,
      );
      if (values.length === 0) return [];
      return [
        fc.constantFrom(...values).map((value) => (_one: Request, given: Draft) => ({
          ...render(operation, { ...given, query: { ...given.query, [name]: value } }),
          broken: `query ${name}`,
        })),
      ];
    });
}

function fromText(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function ofBody(operation: Operation, schemas: Schemas): fc.Arbitrary<Break>[] {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return [];
  const { properties = {}, required = [] } = schema;
  const change =
    (broken: string, body: (given: Record<string, unknown>) => unknown): Break =>
    (_one, given) => ({
      ...render(operation, { ...given, body: body({ ...(given.body as object) }) }),
      broken,
    });
  const wrongFields = Object.entries(properties).flatMap(([name, one]) => {
    const values = unfitting(one, schemas);
    const broken = (value: unknown) =>
      change(`field ${name}`, (body) => ({ ...body, [name]: value }));
    return values.length > 0 ? [fc.constantFrom(...values).map(broken)] : [];
  });
  return [
    fc
      .constantFrom('status', 'tenantId', 'approvedBy', 'constructor')
      .map((name) => change(`unknown field ${name}`, (body) => ({ ...body, [name]: 'x' }))),
    fc.constantFrom('{', '[]', '"x"', 'null', '{"a":1').map((text) => (one: Request) => ({
      ...one,
      body: text,
      broken: 'body is no JSON object',
    })),
    fc.constant((one: Request) => ({
      ...one,
      body: one.body || '{}',
      headers: { ...one.headers, 'content-type': 'application/x-www-form-urlencoded' },
      broken: 'content type',
    })),
    ...required.map((name) =>
      fc.constant(change(`without ${name}`, ({ [name]: _gone, ...rest }) => rest)),
    ),
    ...wrongFields,
  ];
}

function draft(operation: Operation, drawing: Drawing): fc.Arbitrary<Draft> {
  const place = (where: string) => {
    const own = operation.parameters.filter((one) => one.in === where);
    const model = Object.fromEntries(
      own.map(({ name, schema }) => [name, fitting(schema, drawing, name)]),
    );
    const requiredKeys = own.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(model, { requiredKeys }) as fc.Arbitrary<Record<string, unknown>>;
  };
  const content = operation.requestBody?.content ?? {};
  const json = content['application/json']?.schema;
  const body = json
    ? fitting(json, drawing)
    : 'text/csv' in content
      ? fc.constantFrom(...CSV)
      : fc.constant(undefined);
  return fc.record({ path: place('path'), query: place('query'), header: place('header'), body });
}

function render(operation: Operation, { path, query, header, body }: Draft): Request {
  const place = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  );
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) headers[name] = String(value);
  const isCsv = 'text/csv' in (operation.requestBody?.content ?? {});
  if (operation.requestBody) headers['content-type'] = isCsv ? 'text/csv' : 'application/json';
  return {
    method: operation.method.toUpperCase(),
    path: search === '' ? place : `${place}?${search}`,
    headers,
    ...(body === undefined ? {} : { body: isCsv ? String(body) : JSON.stringify(body) }),
  };
}
