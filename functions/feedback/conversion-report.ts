// What a conversion report may say, read strictly and without a library, because convert carries it.

import { parseJson } from '#domain/parse-json.ts';

export interface ConversionReport {
  /** Our click id: the token of the tracked link. */
  readonly click: string;
  /** The caller's own: an order number, a donation id. */
  readonly id?: string;
  /** Minor units (cents). */
  readonly value?: number;
  /** Milliseconds since 1970, UTC. */
  readonly at?: number;
}

export interface ReportProblem {
  readonly status: 400 | 422;
  readonly field: string;
  readonly message: string;
  readonly limit?: string;
}

const VALUE_MAX = 1_000_000_000_000;
const ID = /^[\x21-\x7e]{1,128}$/;
const AHEAD_MS = 300_000;
const AGE_MS = 400 * 86_400_000;
const FIELDS = new Set(['click', 'id', 'value', 'at']);

/** The body of a signed server call: `{"click", "id"?, "value"?, "at"?}`. */
export function readReport(body: string, now: number): ConversionReport | ReportProblem {
  const parsed = parseJson(body);
  if (parsed.kind !== 'json') return { status: 400, field: 'body', message: 'is no JSON' };
  const said = parsed.value;
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    return { status: 400, field: 'body', message: 'is no JSON object' };
  }
  const unknown = Object.keys(said).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) {
    return { status: 422, field: unknown.slice(0, 40), message: 'is not known here' };
  }
  const { click, at } = said as Record<string, unknown>;
  if (typeof click !== 'string' || click === '' || click.length > 256) {
    return { status: 422, field: 'click', message: 'is missing or no click id' };
  }
  const small = readSmallReport(said);
  if ('field' in small || at === undefined) return 'field' in small ? small : { click, ...small };
  const instant = instantOf(at);
  if (instant === undefined || instant > now + AHEAD_MS || instant < now - AGE_MS) {
    const limit = 'at most 5 minutes ahead and 400 days back';
    return { status: 422, field: 'at', message: 'is no ISO 8601 instant with a zone', limit };
  }
  return { click, ...small, at: instant };
}

/** Id and value alone, as a page may say them; a value may come as text from a query string. */
export function readSmallReport(said: unknown): Omit<ConversionReport, 'click'> | ReportProblem {
  const { id, value } = (said ?? {}) as Record<string, unknown>;
  if (id !== undefined && (typeof id !== 'string' || !ID.test(id))) {
    const limit = '1 to 128 visible ASCII characters';
    return { status: 422, field: 'id', message: 'is no id', limit };
  }
  const base = id === undefined ? {} : { id };
  if (value === undefined) return base;
  const number = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
  if (
    typeof number !== 'number' ||
    !Number.isSafeInteger(number) ||
    number < 0 ||
    number > VALUE_MAX
  ) {
    const limit = `a whole number of minor units from 0 to ${VALUE_MAX}`;
    return { status: 422, field: 'value', message: 'is no amount', limit };
  }
  return { ...base, value: number };
}

function instantOf(at: unknown): number | undefined {
  if (typeof at !== 'string') return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(at))
    return undefined;
  const instant = Date.parse(at);
  return Number.isNaN(instant) ? undefined : instant;
}
