// The input of a command, put together from path, query and body.

import { Refusal } from '#domain/faults.ts';
import { ID_PATTERN } from '#domain/ids.ts';
import { JSON_LEVELS_MAX, parseJson } from '#domain/parse-json.ts';
import type { Route } from './route.ts';

/** Lambda takes 6 MB a request, base64 included. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024;

export interface RawRequest {
  readonly params: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: readonly string[] };
  readonly contentType: string;
  readonly body: string;
}

/** Throws Refusal `id_malformed` before anything is read or written. */
export function checkParams(params: { readonly [name: string]: string }): void {
  for (const [name, value] of Object.entries(params)) {
    if (ID_PATTERN.test(value)) continue;
    throw new Refusal('id_malformed', `${name} is no id`, {
      field: name,
      limit: '1 to 64 of a-z, 0-9 and -',
    });
  }
}

const ETAG = /^(?:W\/)?"([\x21\x23-\x7e]{1,64})"$/;

/**
 * The versions that `If-Match` allows; undefined without the header.
 * Throws Refusal `header_malformed`, or `precondition_unknown` where no burst is changed: ignoring
 * it would carry out what the caller did not mean.
 */
export function readExpected(route: Route, header: string | undefined): string[] | undefined {
  if (header === undefined) return undefined;
  const field = 'If-Match';
  if (route.method === 'get' || !('burst' in route.input.shape)) {
    throw new Refusal('precondition_unknown', 'If-Match is of no use here', { field });
  }
  const versions = header.split(',').map((one) => one.trim());
  return versions.map((one) => {
    const version = one === '*' ? one : ETAG.exec(one)?.[1];
    if (version !== undefined) return version;
    const limit = 'ETags in quotation marks, or *';
    throw new Refusal('header_malformed', 'If-Match holds something else', { field, limit });
  });
}

/** Throws Refusal `json_malformed`, `content_type_unknown`, `query_malformed` or `input_invalid`. */
export function readInput(route: Route, request: RawRequest): unknown {
  const body = route.body === 'json' ? readJson(request) : {};
  if (route.body === 'csv') checkType(request, ['text/csv', 'text/plain']);
  for (const name of Object.keys(request.params)) {
    if (!Object.hasOwn(body, name)) continue;
    throw new Refusal('input_invalid', `${name} stands in the address, not in the body`, {
      field: name,
    });
  }
  return { ...body, ...readQuery(route, request.query), ...request.params };
}

function readJson(request: RawRequest): object {
  if (request.body === '') return {};
  checkType(request, ['application/json']);
  const said = parseJson(request.body);
  if (said.kind === 'too_deep') {
    const limit = `at most ${JSON_LEVELS_MAX} brackets inside each other`;
    throw new Refusal('json_malformed', 'the body is nested too deeply', { field: 'body', limit });
  }
  if (said.kind === 'malformed') {
    throw new Refusal('json_malformed', 'the body is not JSON', { field: 'body' });
  }
  const body = said.value;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new Refusal('json_malformed', 'the body is no JSON object', { field: 'body' });
}

function checkType(request: RawRequest, wanted: readonly string[]): void {
  const type = request.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (wanted.includes(type)) return;
  throw new Refusal('content_type_unknown', `the body is "${type.slice(0, 60)}"`, {
    field: 'Content-Type',
    limit: wanted.join(' or '),
  });
}

/** Numbers and yes or no come as text in an address. */
function readQuery(route: Route, query: RawRequest['query']): { [name: string]: unknown } {
  const input: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(query)) {
    const [value = ''] = values;
    if (!route.query.includes(name) || values.length > 1) {
      const problem = values.length > 1 ? 'stands there twice' : 'is unknown here';
      throw new Refusal('query_malformed', `${name.slice(0, 60)} ${problem}`, {
        field: name.slice(0, 60),
      });
    }
    input[name] = fromText(value);
  }
  return input;
}

function fromText(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
