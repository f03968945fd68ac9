// Which column of a CSV file means what.

import { parseAddress } from './address.ts';
import { Refusal } from './faults.ts';

/** The address, the zone, what was allowed, a field of the contact, or nothing we can keep. */
export type Column =
  | { readonly kind: 'address' | 'zone' | 'consent' | 'consent_at' | 'consent_source' | 'ignored' }
  | { readonly kind: 'field'; readonly name: string };

export interface Columns {
  readonly columns: readonly Column[];
  /** Header as written to the name under which the value is kept. */
  readonly mapping: { readonly [header: string]: string };
  /** Headers under which nothing is kept, because no field name comes out of them. */
  readonly ignored: readonly string[];
}

export const COLUMNS_MAX = 100;

/** Names that mean something of their own; every other one is a field. */
const KINDS = new Map<string, Exclude<Column['kind'], 'field' | 'ignored'>>([
  ['email', 'address'],
  ['zone', 'zone'],
  ['consent', 'consent'],
  ['consent_at', 'consent_at'],
  ['consent_source', 'consent_source'],
]);

/** As exports of other tools and spreadsheets in several languages head them. */
const SYNONYMS = new Map(
  Object.entries({
    email:
      'e_mail mail email_address e_mail_address mail_address emailadresse e_mail_adresse adresse_e_mail adresse_mail adresse_email courriel correo correo_electronico indirizzo_email e_post epost',
    first_name: 'firstname given_name givenname fname vorname prenom nombre nome voornaam fornavn',
    last_name:
      'lastname surname family_name familyname lname nachname nom nom_de_famille apellido apellidos cognome achternaam',
    zone: 'timezone time_zone tz zeitzone fuseau_horaire',
    consent: 'opt_in optin opted_in marketing_consent gdpr_consent email_consent einwilligung',
    consent_at:
      'consent_date consent_time consented_at optin_time opt_in_time optin_date opt_in_date confirm_time confirmed_at subscribed_at',
    consent_source: 'optin_source opt_in_source signup_source consent_text',
  }).flatMap(([name, others]) => others.split(' ').map((other) => [other, name] as const)),
);

/**
 * Maps a header. `chosen` names columns by hand: header to `email`, `zone`, `consent`,
 * `consent_at`, `consent_source` or a field name; `-` leaves a column out. Where no heading says
 * which column holds addresses, `sample` rows may.
 * Throws Refusal `columns_invalid` when there is no column of addresses, or two columns mean the
 * same.
 */
export function mapColumns(
  header: readonly string[],
  chosen: { readonly [header: string]: string } = {},
  sample: readonly (readonly string[])[] = [],
): Columns {
  if (header.length > COLUMNS_MAX) {
    throw refuse(`the file has ${header.length} columns`, `at most ${COLUMNS_MAX}`);
  }
  const unknown = Object.keys(chosen).find((name) => !header.includes(name));
  if (unknown !== undefined) throw refuse(`the file has no column "${unknown.slice(0, 60)}"`);
  const isChosen = (text: string) => Object.hasOwn(chosen, text);
  const names = header.map((text) => nameOf(isChosen(text) ? (chosen[text] ?? '') : text));
  if (!names.includes('email')) {
    const found = addressColumn(sample, header.length);
    if (found !== undefined && !isChosen(header[found] ?? '')) names[found] = 'email';
  }
  return collect(header, names);
}

function collect(header: readonly string[], names: readonly (string | undefined)[]): Columns {
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

/** The column most of whose values are addresses, where there is one. */
function addressColumn(
  sample: readonly (readonly string[])[],
  columns: number,
): number | undefined {
  for (let column = 0; column < columns; column += 1) {
    const good = sample.filter((row) => parseAddress(row[column] ?? '').kind === 'address');
    if (good.length * 2 > sample.length) return column;
  }
  return undefined;
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
  const kind = KINDS.get(name);
  return kind ? { kind } : { kind: 'field', name };
}

function refuse(message: string, limit?: string): Refusal {
  return new Refusal('columns_invalid', message, {
    field: 'header',
    line: 1,
    ...(limit === undefined ? {} : { limit }),
  });
}
