// Which column of a CSV file means what.

import { Refusal } from '#domain/faults.ts';

/** A column of the file: the address, the zone, a field of the contact, or nothing we can keep. */
export type Column =
  | { readonly kind: 'address' }
  | { readonly kind: 'zone' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'ignored' };

export interface Columns {
  readonly columns: readonly Column[];
  /** Header as written to the name under which the value is kept. */
  readonly mapping: { readonly [header: string]: string };
  /** Headers under which nothing is kept, because no field name comes out of them. */
  readonly ignored: readonly string[];
}

export const COLUMNS_MAX = 100;

const SYNONYMS = new Map([
  ['e_mail', 'email'],
  ['mail', 'email'],
  ['email_address', 'email'],
  ['e_mail_address', 'email'],
  ['firstname', 'first_name'],
  ['given_name', 'first_name'],
  ['lastname', 'last_name'],
  ['surname', 'last_name'],
  ['family_name', 'last_name'],
  ['timezone', 'zone'],
  ['time_zone', 'zone'],
]);

/**
 * Maps a header. `chosen` names columns by hand: header to `email`, `zone` or a field name.
 * Throws Refusal `columns_invalid` when there is no column of addresses, or two columns mean the
 * same.
 */
export function mapColumns(
  header: readonly string[],
  chosen: { readonly [header: string]: string } = {},
): Columns {
  if (header.length > COLUMNS_MAX) {
    throw refuse(`the file has ${header.length} columns`, `at most ${COLUMNS_MAX}`);
  }
  const unknown = Object.keys(chosen).find((name) => !header.includes(name));
  if (unknown !== undefined) throw refuse(`the file has no column "${unknown.slice(0, 60)}"`);
  const names = header.map((text) => nameOf(chosen[text] ?? text));
  const mapping: Record<string, string> = {};
  const ignored: string[] = [];
  const seen = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const written = header[index] ?? '';
    if (name === undefined) {
      ignored.push(written);
      continue;
    }
    const other = seen.get(name);
    if (other !== undefined) {
      throw refuse(`the columns "${other}" and "${written}" both mean ${name}`);
    }
    seen.set(name, written);
    mapping[written] = name;
  }
  if (!seen.has('email')) {
    throw refuse(
      `no column holds addresses: call it email (there is ${header.slice(0, 10).join(', ')})`,
    );
  }
  return { columns: names.map(columnOf), mapping, ignored };
}

function nameOf(text: string): string | undefined {
  const plain = text
    .trim()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
  const name = SYNONYMS.get(plain) ?? plain;
  return /^[a-z][a-z0-9_]{0,39}$/.test(name) ? name : undefined;
}

function columnOf(name: string | undefined): Column {
  if (name === undefined) return { kind: 'ignored' };
  if (name === 'email') return { kind: 'address' };
  return name === 'zone' ? { kind: 'zone' } : { kind: 'field', name };
}

function refuse(message: string, limit?: string): Refusal {
  return new Refusal('columns_invalid', message, {
    field: 'header',
    line: 1,
    ...(limit === undefined ? {} : { limit }),
  });
}
