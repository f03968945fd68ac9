// `volley audience export`: a list as CSV, page by page, with nothing in it that a spreadsheet runs;
// with --json a JSON object for each person.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { ListedContacts } from '#commands/show-audience.ts';
import { csvCell } from '#domain/csv-cell.ts';
import { type ApiClient, connect } from './api-client.ts';
import { CommandFailure, exitCodes, type Parsed, text } from './command.ts';
import { note } from './screen.ts';
import { segmentOf } from './segment-option.ts';
import { many } from './words.ts';

const OWN = ['email', 'zone', 'consent_at', 'consent_source', 'consent'] as const;
type Shown = ListedContacts['contacts'][number];

export async function exportAudience(parsed: Parsed, list: string | undefined): Promise<number> {
  if (list === undefined) {
    throw new CommandFailure('which list? volley audience export LIST', exitCodes.usage);
  }
  const api = connect(parsed);
  const path = `/v1/audiences/${encodeURIComponent(list)}`;
  const segment = segmentOf(text(parsed, 'segment'));
  const wanted = segment ? { segment } : {};
  const out = text(parsed, 'out');
  const { fields, contacts } = await fieldsOf(api, path, wanted);
  // A slip in the name must not make an empty file.
  if (contacts === 0) {
    throw new CommandFailure(`there is nobody in ${list}: volley audience show names all lists`);
  }
  const stream = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
  let people = 0;
  const linesOf = parsed.json ? jsonLines : csvLines(fields);
  if (!parsed.json) stream.write(`${contactLines([], fields)[0]}\n`);
  for await (const page of pagesOf(api, path, wanted)) {
    const lines = linesOf(page);
    people += lines.length;
    if (!stream.write(lines.map((line) => `${line}\n`).join(''))) await once(stream, 'drain');
  }
  if (stream !== process.stdout) {
    stream.end();
    await once(stream, 'finish');
    note(`wrote ${many(people, 'person', 'people')} to ${out}`);
  }
  return exitCodes.done;
}

function jsonLines(contacts: readonly Shown[]): string[] {
  return contacts.map((contact) => JSON.stringify(contact));
}

function csvLines(fields: readonly string[]): (contacts: readonly Shown[]) => string[] {
  return (contacts) => contactLines(contacts, fields).slice(1);
}

/** The header, then a line for each, as `volley audience import` reads them back. */
export function contactLines(contacts: readonly Shown[], fields: readonly string[]): string[] {
  const rows = [[...OWN, ...fields], ...contacts.map((contact) => cellsOf(contact, fields))];
  return rows.map((cells) => cells.map((cell) => csvCell(cell)).join(','));
}

async function* pagesOf(
  api: ApiClient,
  path: string,
  wanted: object,
): AsyncGenerator<readonly Shown[]> {
  let after: string | undefined;
  do {
    const more = after === undefined ? {} : { after };
    const page: ListedContacts = await api.call('POST', `${path}/contacts`, { ...wanted, ...more });
    yield page.contacts;
    after = page.next;
  } while (after !== undefined);
}

/** The columns of the file have to be known before its first row. */
async function fieldsOf(
  api: ApiClient,
  path: string,
  wanted: object,
): Promise<{ fields: string[]; contacts: number }> {
  const names = new Set<string>();
  let contacts = 0;
  let after: string | undefined;
  do {
    const more = after === undefined ? {} : { after };
    const page: { contacts: number; fields: Record<string, number>; next?: string } =
      await api.call('POST', `${path}/count`, { ...wanted, ...more });
    for (const name of Object.keys(page.fields)) names.add(name);
    contacts += page.contacts;
    after = page.next;
  } while (after !== undefined);
  return { fields: [...names].sort(), contacts };
}

function cellsOf({ address, zone, consent, fields }: Shown, names: readonly string[]): string[] {
  const email = consent?.email;
  const at = email === undefined ? '' : new Date(email.withdrawnAt ?? email.at).toISOString();
  const isGiven = email === undefined ? '' : email.withdrawnAt === undefined ? 'yes' : 'no';
  return [
    ...[address, zone ?? '', at, email?.source ?? '', isGiven],
    ...names.map((name) => (Object.hasOwn(fields, name) ? (fields[name] ?? '') : '')),
  ];
}
