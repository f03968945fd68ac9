// Contacts, by audience: people we may know by address, and what they allowed.

import * as z from 'zod/mini';
import { contactIdOf } from '#domain/contact-id.ts';
import { Fault, isUnanswered } from '#domain/faults.ts';
import { Id, InstantSchema, Name } from '#domain/ids.ts';
import type { Item, Key, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys, SHARDS, shardOf } from './keys.ts';
import { pagesOf } from './query-all.ts';
import { putSame } from './save.ts';

/** A recorded permission for one channel, with time and source. */
const Consent = z.strictObject({
  at: InstantSchema,
  source: z.string(),
  /** On what ground: `consent`, `contract`, ... as whoever recorded it said. */
  basis: z.optional(z.string()),
  /** Who vouched for it, where it came for a whole file instead of by person. */
  attestedBy: z.optional(z.string()),
  withdrawnAt: z.optional(InstantSchema),
});
export type Consent = z.output<typeof Consent>;

export const Contact = z.strictObject({
  audience: Id,
  /** Unique within the audience: the same person imported again is the same contact. */
  id: z.string().check(z.minLength(1), z.maxLength(256)),
  /** The normalised address. */
  address: z.string(),
  fields: z.record(z.string(), z.string()),
  /** IANA. */
  zone: z.optional(z.string()),
  /** By channel: `email`. */
  consent: z.optional(z.record(Name, Consent)),
  /** What wrote it last: import, row and whether the contact was new, as one text. */
  mark: z.optional(z.string()),
});
export type Contact = z.output<typeof Contact>;

/** Writes the contact as it is; repeating it changes nothing. */
export async function saveContact(table: Table, contact: Contact): Promise<void> {
  await putSame(table, encode(contact));
}

/**
 * Writes the contact over what was read of it, and never over anything else: a put that arrives
 * late brings nobody back who was erased. `gone`: nobody stands there any more.
 * Throws Fault `contact_contended` where somebody else changed it meanwhile.
 */
export async function changeContact(
  table: Table,
  before: Contact,
  contact: Contact,
): Promise<'changed' | 'gone'> {
  const { mark } = before;
  const unmarked = { kind: 'all', of: [{ kind: 'item_present' }, noMark] } as const;
  const isSame = { kind: 'equals', attribute: 'mark', value: mark ?? '' } as const;
  const put = await putSame(table, encode(contact), mark === undefined ? unmarked : isSame);
  if (put === 'written') return 'changed';
  const stored = await loadContact(table, contact.audience, contact.id);
  if (!stored) return 'gone';
  if (stored.mark === contact.mark) return 'changed';
  throw new Fault('contact_contended', 'a contact changed while it came', { retryable: true });
}

const noMark = { kind: 'absent', attribute: 'mark' } as const;

/** Writes it if there is none; false when there is one, which may be this very one. */
export async function addContact(table: Table, contact: Contact): Promise<boolean> {
  try {
    const written = await table.put(encode(contact), { kind: 'item_absent' });
    return written.kind === 'written';
  } catch (error) {
    // It may stand there by now: whoever asks for it will see.
    if (isUnanswered(error)) return false;
    throw error;
  }
}

/** Puts back what was before, or nothing, if the contact still carries this mark. */
export async function restoreContact(
  table: Table,
  mark: string,
  place: Pick<Contact, 'audience' | 'id'>,
  before: Contact | undefined,
): Promise<boolean> {
  const condition = { kind: 'equals', attribute: 'mark', value: mark } as const;
  const written = before
    ? await table.put(encode(before), condition)
    : await table.delete(keyOf(place), condition);
  return written.kind === 'written';
}

/** Read strongly. */
export async function loadContact(
  table: Table,
  audience: string,
  id: string,
): Promise<Contact | undefined> {
  const item = await table.get(keyOf({ audience, id }), { consistent: true });
  return item && fromItem(Contact, item);
}

/** By normalised address; read strongly. */
export function findContact(
  table: Table,
  audience: string,
  address: string,
): Promise<Contact | undefined> {
  return loadContact(table, audience, contactIdOf(address));
}

/** All contacts of an audience, page by page, always in the same order; read strongly. */
export async function* listContacts(table: Table, audience: string): AsyncGenerator<Contact[]> {
  for await (const items of contactPages(table, audience)) {
    yield items.map((item) => fromItem(Contact, item));
  }
}

/** Reads what it counts: one read unit for about thirty contacts. */
export async function countContacts(table: Table, audience: string): Promise<number> {
  let count = 0;
  for await (const items of contactPages(table, audience)) count += items.length;
  return count;
}

/** True when nobody stands there; a query for each shard. Read strongly. */
export async function isAudienceEmpty(table: Table, audience: string): Promise<boolean> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const pk = keys.contacts(audience, shard);
    const { items } = await table.query({ pk, limit: 1, consistent: true });
    if (items.length > 0) return false;
  }
  return true;
}

export interface ContactPage {
  readonly contacts: readonly Contact[];
  /** Where the next page begins; absent: there is none. */
  readonly next?: string;
}

const CURSOR = /^(\d{1,2})\.([A-Za-z0-9._-]{0,256})$/;

/**
 * One page of at most `limit`, in the order of `listContacts`; read strongly. A page may hold none
 * and still have a next one.
 * @param after the `next` of the page before; undefined for a text that no page ever gave
 */
export async function contactPage(
  table: Table,
  audience: string,
  limit: number,
  after = '0.',
): Promise<ContactPage | undefined> {
  const [, shard, id] = CURSOR.exec(after) ?? [];
  if (id === undefined || Number(shard) >= SHARDS) return undefined;
  const page = await itemPage(table, audience, { shard: Number(shard), id, limit });
  const contacts = page.items.map((item) => fromItem(Contact, item));
  return page.next === undefined ? { contacts } : { contacts, next: page.next };
}

/**
 * How many a page holds, as large as the table gives them; for those who count on from where they
 * were. A read unit for about thirty contacts.
 */
export async function countPage(
  table: Table,
  audience: string,
  after = '0.',
): Promise<{ readonly contacts: number; readonly next?: string }> {
  const dot = after.indexOf('.');
  const from = { shard: Number(after.slice(0, dot)), id: after.slice(dot + 1) };
  const { items, next } = await itemPage(table, audience, from);
  return { contacts: items.length, ...(next === undefined ? {} : { next }) };
}

async function itemPage(
  table: Table,
  audience: string,
  { shard, id, ...bound }: { readonly shard: number; readonly id: string; readonly limit?: number },
): Promise<{ readonly items: readonly Item[]; readonly next?: string }> {
  const pk = keys.contacts(audience, shard);
  const start = id === '' ? {} : { after: { pk, sk: id } };
  const { items, next } = await table.query({ pk, consistent: true, ...bound, ...start });
  if (next) return { items, next: `${shard}.${next.sk}` };
  return shard + 1 < SHARDS ? { items, next: `${shard + 1}.` } : { items };
}

async function* contactPages(table: Table, audience: string): AsyncGenerator<readonly Item[]> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    yield* pagesOf(table, { pk: keys.contacts(audience, shard), consistent: true });
  }
}

function encode(contact: Contact): Item {
  const key = keyOf(contact);
  // Nothing of a plain one is undefined, which is all that an item may not hold.
  if (isPlain(contact)) return { ...contact, ...key } as Item;
  return toItem(Contact, key, contact);
}

/** The audience that was judged last: an import writes a million contacts into one. */
let judgedAudience = '';

/**
 * True only for what the schema takes as it is, without consent: most contacts of an import, whose
 * writing would else cost as much as all the rest of their row. Anything else is the schema's to
 * judge. Held against it by a property.
 */
function isPlain(contact: Contact): boolean {
  for (const name in contact) {
    const value: unknown = contact[name as keyof Contact];
    if (name === 'fields' ? !isTexts(value) : !PLAIN.has(name) || typeof value !== 'string') {
      return false;
    }
  }
  const { audience, id, address, fields } = contact;
  if (address === undefined || fields === undefined) return false;
  if (typeof id !== 'string' || id.length < 1 || id.length > 256) return false;
  if (audience !== judgedAudience && !z.safeParse(Id, audience).success) return false;
  judgedAudience = audience;
  return true;
}

const PLAIN: ReadonlySet<string> = new Set(['audience', 'id', 'address', 'zone', 'mark']);

function isTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name in value) {
    if (typeof (value as Record<string, unknown>)[name] !== 'string') return false;
  }
  return true;
}

function keyOf({ audience, id }: Pick<Contact, 'audience' | 'id'>): Key {
  return keys.contact(audience, shardOf(id), id);
}
