// What a conversion report may say, read strictly and without a library, because convert carries it.

import { parseJson } from '#domain/parse-json.ts';

import { contactIdOfPerson, personKeyForms } from '#domain/person-key.ts';

export interface ConversionReport {
  /** Our click id: the token of the tracked link. */
  readonly click?: string;
  /** Who it was, and of which burst's list; a click id may stand beside it. */
  readonly person?: { readonly contact: string; readonly burst?: string };
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
const FIELDS = new Set(['click', 'person', 'burst', 'id', 'value', 'at']);
const BURST = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** The body of a signed server call: `{"click"?, "person"?, "burst"?, "id"?, "value"?, "at"?}`. */
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
  const { at } = said as Record<string, unknown>;
  const whose = readWhose(said as Record<string, unknown>);
  if ('field' in whose) return whose;
  const small = readSmallReport(said);
  if ('field' in small) return small;
  if (at === undefined) return { ...whose, ...small };
  const instant = instantOf(at);
  if (instant === undefined || instant > now + AHEAD_MS || instant < now - AGE_MS) {
    const limit = 'at most 5 minutes ahead and 400 days back';
    return { status: 422, field: 'at', message: 'is no ISO 8601 instant with a zone', limit };
  }
  return { ...whose, ...small, at: instant };
}

function readWhose({
  click,
  person,
  burst,
}: Readonly<Record<string, unknown>>): Pick<ConversionReport, 'click' | 'person'> | ReportProblem {
  if (click === undefined && person !== undefined) return readPerson(person, burst);
  if (typeof click !== 'string' || click === '' || click.length > 256) {
    return { status: 422, field: 'click', message: 'is missing or no click id' };
  }
  if (person === undefined && burst === undefined) return { click };
  const read = readPerson(person, burst, click);
  return 'field' in read ? read : { click, ...read };
}

/** Whose list it is, a click id may say. */
function readPerson(
  person: unknown,
  burst: unknown,
  click?: string,
): Pick<ConversionReport, 'person'> | ReportProblem {
  if (burst === undefined && click === undefined) {
    return { status: 422, field: 'burst', message: 'is missing', limit: 'needed beside person' };
  }
  if (burst !== undefined && (typeof burst !== 'string' || !BURST.test(burst))) {
    return { status: 422, field: 'burst', message: 'is no id of a burst' };
  }
  if (person === undefined) return {};
  const contact = typeof person === 'string' ? contactIdOfPerson(person) : undefined;
  if (contact === undefined) {
    return { status: 422, field: 'person', message: 'names nobody', limit: personKeyForms };
  }
  return { person: { contact, ...(burst === undefined ? {} : { burst }) } };
}

/** Id and value alone, as a page may say them; a value may come as text from a query string. */
export function readSmallReport(
  said: unknown,
): Omit<ConversionReport, 'click' | 'person'> | ReportProblem {
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
