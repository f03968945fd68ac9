// A rule that selects contacts: a small grammar as data, judged and explained by one function.

import * as z from 'zod/mini';
import { isFirst } from './is-first.ts';

/** What a segment looks at: a contact of an audience, as it is stored or as it comes from a file. */
export interface SegmentContact {
  readonly address: string;
  readonly fields: { readonly [name: string]: string };
  readonly zone?: string | undefined;
  readonly consent?:
    | { readonly [channel: string]: { readonly withdrawnAt?: number | undefined } }
    | undefined;
}

/** `true` and `false` mean a yes (yes, y, true, 1, x) and anything else. */
type Wanted = string | number | boolean;

/** Exactly one of `all`, `any`, `not` and `field`; beside `field` at least one test, all must hold. */
export interface Segment {
  readonly all?: readonly Segment[] | undefined;
  readonly any?: readonly Segment[] | undefined;
  readonly not?: Segment | undefined;
  /** A column of the list, or `email`, `email_domain`, `zone`, `consent` (given, withdrawn, none). */
  readonly field?: string | undefined;
  /** The text, capitals and blanks around it aside; of a list any. */
  readonly is?: Wanted | readonly Wanted[] | undefined;
  readonly contains?: string | undefined;
  /** Is there a value at all? */
  readonly present?: boolean | undefined;
  /** Numbers, both ends included. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Days such as 2026-11-03, both ends included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Brackets inside each other, of rules and of lists. */
const DEPTH_MAX = 32;
const PARTS_MAX = 100;
const VALUES_MAX = 1_000;
const TESTS = ['is', 'contains', 'present', 'min', 'max', 'since', 'until'] as const;
const FORMS = ['all', 'any', 'not', 'field'] as const;

const text = z.string().check(z.maxLength(200));
const wanted = z.union([text, z.number(), z.boolean()]);
const day = z
  .string()
  .check(z.refine((value) => dayOf(value) === value, 'write a day such as 2026-11-03'));

const part = z.lazy(() => Rule);
const parts = z.array(part).check(z.minLength(1), z.maxLength(PARTS_MAX));

const Rule: z.ZodMiniType<Segment, Segment> = z
  .strictObject({
    all: z.optional(parts),
    any: z.optional(parts),
    not: z.optional(part),
    field: z.optional(
      z.string().check(z.regex(/^[a-z][a-z0-9_]{0,39}$/, 'a column is 1 to 40 of a-z, 0-9 and _')),
    ),
    is: z.optional(
      z.union([wanted, z.array(wanted).check(z.minLength(1), z.maxLength(VALUES_MAX))]),
    ),
    contains: z.optional(text.check(z.minLength(1))),
    present: z.optional(z.boolean()),
    min: z.optional(z.number()),
    max: z.optional(z.number()),
    since: z.optional(day),
    until: z.optional(day),
  })
  .check(
    z.refine((rule) => forms(rule) === 1, 'write exactly one of all, any, not and field'),
    z.refine(
      (rule) => (rule.field === undefined) === !TESTS.some((test) => rule[test] !== undefined),
      `beside field, and only there, stands what it must be: ${TESTS.join(', ')}`,
    ),
  );

/** The schema; what is nested too deep is refused before anybody follows it. */
export const Segment: z.ZodMiniType<Segment, unknown> = z.pipe(
  z.transform((value: unknown, context): Segment => {
    if (!isDeeperThan(value, DEPTH_MAX)) return value as Segment;
    context.issues.push({
      code: 'custom',
      message: `a segment is at most ${DEPTH_MAX} brackets deep`,
      input: value,
    });
    return z.NEVER;
  }),
  Rule,
);

function forms(rule: Segment): number {
  return FORMS.filter((form) => rule[form] !== undefined).length;
}

/** Level by level, so that no depth is too deep for it. */
function isDeeperThan(value: unknown, depth: number): boolean {
  const isBracket = (one: unknown): one is object => typeof one === 'object' && one !== null;
  let level = [value].filter(isBracket);
  for (let at = 1; level.length > 0; at += 1) {
    if (at > depth) return true;
    level = level.flatMap((one) => (Object.values(one) as unknown[]).filter(isBracket));
  }
  return false;
}

/** Why somebody is in or out: one line for every rule, the parts of a rule below it. */
export interface Explained {
  readonly matches: boolean;
  /** `country is FR: here "DE"`. */
  readonly says: string;
  readonly parts?: readonly Explained[];
}

/** Whether the segment selects this contact. Whoever lacks a value fails every test of it. */
export function matches(segment: Segment, contact: SegmentContact): boolean {
  if (segment.all) return segment.all.every((part) => matches(part, contact));
  if (segment.any) return segment.any.some((part) => matches(part, contact));
  if (segment.not) return !matches(segment.not, contact);
  return holds(segment, fieldOf(segment.field ?? '', contact));
}

/** The same judgement with its reasons; for one person, since it looks at every part. */
export function explain(segment: Segment, contact: SegmentContact): Explained {
  const { all, any, not } = segment;
  if (all) return explainParts('all of', all, contact, (parts) => parts.every(isIn));
  if (any) return explainParts('any of', any, contact, (parts) => parts.some(isIn));
  if (not) return explainParts('not', [not], contact, ([part]) => part?.matches === false);
  const value = fieldOf(segment.field ?? '', contact);
  const here = value === undefined ? 'here nothing' : `here "${value}"`;
  return { matches: holds(segment, value), says: `${describe(segment)}: ${here}` };
}

function explainParts(
  says: string,
  segments: readonly Segment[],
  contact: SegmentContact,
  judge: (parts: readonly Explained[]) => boolean,
): Explained {
  const parts = segments.map((part) => explain(part, contact));
  return { matches: judge(parts), says, parts };
}

function isIn(part: Explained): boolean {
  return part.matches;
}

/** The segment in words: `country is FR or DE and not (donor is yes)`. */
export function describe(segment: Segment): string {
  const { all, any, not, field = '' } = segment;
  if (all) return all.map(inBrackets).join(' and ');
  if (any) return any.map(inBrackets).join(' or ');
  if (not) return `not (${describe(not)})`;
  const tests = TESTS.flatMap((test) => {
    const value = segment[test];
    return value === undefined ? [] : [WORDS[test](Array.isArray(value) ? value : [value])];
  });
  return `${field} ${tests.join(' and ')}`;
}

function inBrackets(part: Segment): string {
  const isList = (part.all ?? part.any ?? []).length > 1;
  return isList ? `(${describe(part)})` : describe(part);
}

const WORDS: Record<(typeof TESTS)[number], (values: readonly unknown[]) => string> = {
  is: (values) =>
    `is ${values.map((one) => (typeof one === 'boolean' ? (one ? 'yes' : 'no') : one)).join(' or ')}`,
  contains: ([value]) => `contains "${value}"`,
  present: ([value]) => (value ? 'is there' : 'is not there'),
  min: ([value]) => `is at least ${value}`,
  max: ([value]) => `is at most ${value}`,
  since: ([value]) => `is ${value} or later`,
  until: ([value]) => `is ${value} or earlier`,
};

function fieldOf(field: string, contact: SegmentContact): string | undefined {
  if (field === 'email') return contact.address;
  if (field === 'email_domain') return contact.address.slice(contact.address.lastIndexOf('@') + 1);
  if (field === 'zone') return contact.zone;
  if (field === 'consent') return consentOf(contact);
  const value = Object.hasOwn(contact.fields, field) ? contact.fields[field] : undefined;
  return value?.trim() === '' ? undefined : value;
}

function consentOf({ consent }: SegmentContact): string {
  if (!consent?.email) return 'none';
  return consent.email.withdrawnAt === undefined ? 'given' : 'withdrawn';
}

function holds(rule: Segment, value: string | undefined): boolean {
  const { is, contains, present, min, max, since, until } = rule;
  if (present !== undefined && present !== (value !== undefined)) return false;
  if (is !== undefined && !isAnyOf(Array.isArray(is) ? is : [is], value)) return false;
  if (contains !== undefined && !folded(value).includes(folded(contains))) return false;
  if (min !== undefined || max !== undefined) {
    if (!isBetween(numberOf(value), min, max)) return false;
  }
  return (since === undefined && until === undefined) || isBetween(dayOf(value), since, until);
}

function isAnyOf(values: readonly Wanted[], value: string | undefined): boolean {
  return values.some((one) => {
    if (value === undefined) return false;
    if (typeof one === 'boolean') return one === isFirst({ value }, 'value');
    return folded(value) === folded(String(one));
  });
}

function isBetween<V extends number | string>(
  value: V | undefined,
  from: V | undefined,
  to: V | undefined,
): boolean {
  if (value === undefined) return false;
  return (from === undefined || value >= from) && (to === undefined || value <= to);
}

/** As texts are compared: capitals, blanks around them and ways of writing an accent aside. */
function folded(value: string | undefined): string {
  return (value ?? '').trim().normalize('NFC').toLowerCase();
}

function numberOf(value: string | undefined): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(value?.trim() ?? '') ? Number(value) : undefined;
}

/** The day of `2026-11-03` or of an instant that begins so; undefined for a day there never was. */
function dayOf(value: string | undefined): string | undefined {
  const [day, year, month, date] =
    /^(\d{4})-(\d\d)-(\d\d)(?=$|[T ])/.exec(value?.trim() ?? '') ?? [];
  if (day === undefined) return undefined;
  const last = lastDateOf(Number(year), Number(month));
  return Number(date) >= 1 && Number(date) <= last ? day : undefined;
}

function lastDateOf(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
