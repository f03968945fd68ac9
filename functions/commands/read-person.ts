// One row of an audience file: a person, or why not.

import { type ParsedAddress, parseAddress } from '#domain/address.ts';
import type { Column } from '#domain/audience-columns.ts';
import { contactIdOf } from '#domain/contact-id.ts';
import { readCell } from '#domain/csv-cell.ts';
import { isZone } from '#domain/moment.ts';

export interface Person {
  readonly id: string;
  readonly address: string;
  /** Of the address. */
  readonly domain: string;
  /** Of the file's columns; an empty value takes the field away. */
  readonly fields: { readonly [name: string]: string };
  /** Empty: the file says that none is known. Absent: the file does not say. */
  readonly zone?: string;
  readonly consent?: SaidConsent;
}

/** What the row itself says of consent, as far as it does. */
export interface SaidConsent {
  readonly isGiven?: boolean;
  readonly at?: number;
  readonly source?: string;
}

export interface RowProblem {
  readonly code: string;
  readonly message: string;
  readonly column?: string;
}

export type ReadRow =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'problem'; readonly problem: RowProblem };

const VALUE_CHARACTERS_MAX = 1_000;
/** Most values: what is asked of the others they cannot be. */
const PLAIN = /^[ -~]*$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const YES = new Set(['yes', 'y', 'true', '1', 'x', 'ja', 'oui', 'si', 'given']);
const NO = new Set(['no', 'n', 'false', '0', 'nein', 'non', 'withdrawn']);
const DAY_MS = 86_400_000;

/** @param now of the import: a consent of the day after tomorrow is a slip of the pen */
export function readPerson(
  cells: readonly string[],
  columns: readonly Column[],
  now: number,
): ReadRow {
  if (cells.length !== columns.length) {
    const message = `the row has ${cells.length} columns, the header ${columns.length}`;
    return { kind: 'problem', problem: { code: 'wrong_columns', message } };
  }
  const draft: Draft = { address: '', domain: '', fields: {} };
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index];
    const problem = column && readValue(cells[index] ?? '', column, draft, now);
    if (problem) return { kind: 'problem', problem };
  }
  return { kind: 'person', person: { id: contactIdOf(draft.address), ...draft } };
}

interface Draft {
  address: string;
  domain: string;
  readonly fields: Record<string, string>;
  zone?: string;
  consent?: { isGiven?: boolean; at?: number; source?: string };
}

/** Puts the value where it belongs, or says why it cannot stand there. */
function readValue(
  value: string,
  column: Column,
  draft: Draft,
  now: number,
): RowProblem | undefined {
  switch (column.kind) {
    case 'address':
      return readAddress(value, draft);
    case 'field':
      return readField(value, column.name, draft);
    case 'zone':
      if (value !== '' && !isKnownZone(value)) {
        return { code: 'zone_unknown', message: 'this is no zone we know', column: 'zone' };
      }
      draft.zone = value;
      return undefined;
    case 'ignored':
      return undefined;
    default:
      return readConsent(value.trim(), column.kind, draft, now);
  }
}

function readAddress(value: string, draft: Draft): RowProblem | undefined {
  const parsed: ParsedAddress = parseAddress(value);
  if (parsed.kind === 'refused') {
    return { code: parsed.code, message: parsed.message, column: 'email' };
  }
  draft.address = parsed.address;
  draft.domain = parsed.domain;
  return undefined;
}

function readField(value: string, name: string, draft: Draft): RowProblem | undefined {
  if (value.length > VALUE_CHARACTERS_MAX) {
    const message = `the value has ${value.length} characters, at most ${VALUE_CHARACTERS_MAX}`;
    return { code: 'value_too_long', message, column: name };
  }
  if (PLAIN.test(value)) {
    draft.fields[name] = readCell(value);
    return undefined;
  }
  if (CONTROL.test(value)) {
    const message = 'the value holds a control character or line break';
    return { code: 'control_character', message, column: name };
  }
  if (!value.isWellFormed() || value.includes('\ufffd')) {
    return { code: 'not_utf8', message: 'the value is not valid UTF-8', column: name };
  }
  draft.fields[name] = readCell(value);
  return undefined;
}

function readConsent(
  value: string,
  kind: 'consent' | 'consent_at' | 'consent_source',
  draft: Draft,
  now: number,
): RowProblem | undefined {
  if (value === '') return undefined;
  const consent = draft.consent ?? {};
  draft.consent = consent;
  if (kind === 'consent_source') return readSource(value, consent);
  if (kind === 'consent') {
    const word = value.toLowerCase();
    if (!YES.has(word) && !NO.has(word)) {
      return { code: 'consent_unclear', message: 'consent is yes or no', column: 'consent' };
    }
    consent.isGiven = YES.has(word);
    return undefined;
  }
  const at = instantOf(value);
  if (at === undefined || at > now + DAY_MS) {
    const message = 'the time of consent is a day such as 2026-11-03, not in the future';
    return { code: 'consent_time_invalid', message, column: 'consent_at' };
  }
  consent.at = at;
  return undefined;
}

function readSource(value: string, consent: { source?: string }): RowProblem | undefined {
  const problem = readField(value, 'consent_source', { address: '', domain: '', fields: {} });
  consent.source = value;
  return problem;
}

/** ISO 8601, a blank for the T allowed; without a zone it is UTC. */
function instantOf(value: string): number | undefined {
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:?\d\d)?)?$/.exec(
      value,
    ) ?? [];
  if (day === undefined) return undefined;
  const instant = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(instant) || instant < 0 ? undefined : instant;
}

/** Few zones stand in many rows; asking the calendar for each would cost more than the rest. */
const zones = new Map<string, boolean>();
const ZONES_MAX = 1_000;

function isKnownZone(value: string): boolean {
  const known = zones.get(value);
  if (known !== undefined) return known;
  const is = isZone(value);
  if (zones.size < ZONES_MAX) zones.set(value, is);
  return is;
}
