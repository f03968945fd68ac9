// What an audience holds: how many, what they allowed, whom a segment selects, who takes their mail.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { matches, Segment } from '#domain/segment.ts';
import { audienceNames } from '#store/audience-names.ts';
import { type Contact, contactPage } from '#store/audiences.ts';
import { knownContacts } from '#store/contact-counts.ts';
import { loadMailDomain } from '#store/mail-domains.ts';
import { type CommandContext, requireScope } from './context.ts';
import { inParallel } from './in-parallel.ts';
import { parseInput } from './parse-input.ts';

export const ListAudiencesInput = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
  after: z.optional(Id),
});

/** In alphabetical order. */
export interface ListedAudiences {
  readonly audiences: readonly string[];
  /** How many people each of them holds, where that is known without counting. */
  readonly contacts: { readonly [audience: string]: number };
  readonly next?: string;
}

export async function listAudiences(
  context: CommandContext,
  input: z.output<typeof ListAudiencesInput>,
): Promise<ListedAudiences> {
  requireScope(context, 'viewer');
  const { limit = 100, after } = parseInput(ListAudiencesInput, input);
  const { table } = context;
  const page = await audienceNames(table, limit, after);
  const known = await inParallel(page.audiences, AT_ONCE, (name) => knownContacts(table, name));
  const contacts = page.audiences.flatMap((name, at) => {
    const people = known[at];
    return people === undefined ? [] : [[name, people] as const];
  });
  return { ...page, contacts: Object.fromEntries(contacts) };
}

const Cursor = z.string().check(z.maxLength(300));

export const CountAudienceInput = z.strictObject({
  audience: Id,
  segment: z.optional(Segment),
  /** The `next` of the answer before. */
  after: z.optional(Cursor),
});

export interface AudienceCounts {
  readonly contacts: number;
  /** Those whom the segment selects; everybody where there is none. */
  readonly selected: number;
  /** Of those selected. */
  readonly consent: { readonly given: number; readonly withdrawn: number; readonly none: number };
  readonly fields: { readonly [name: string]: number };
  readonly gateways: { readonly [gateway: string]: number };
  /** There are more: ask again with this and add up. */
  readonly next?: string;
}

const WORKS_MS = 8_000;
const PAGE = 1_000;
/** Of one answer; the mail of further domains is counted as `unknown`. */
const DOMAINS_MAX = 500;
const AT_ONCE = 32;

/**
 * Counts for eight seconds at most: a large audience takes several calls. One read unit for about
 * thirty contacts. Throws Refusal `cursor_unknown`.
 */
export async function countAudience(
  context: CommandContext,
  input: z.output<typeof CountAudienceInput>,
): Promise<AudienceCounts> {
  requireScope(context, 'viewer');
  const { audience, segment, after } = parseInput(CountAudienceInput, input);
  const { table, clock } = context;
  const until = clock.now() + WORKS_MS;
  const tally = new Tally();
  let next = after;
  do {
    const page = await pageOf(table, audience, PAGE, next);
    for (const contact of page.contacts) tally.add(contact, !segment || matches(segment, contact));
    next = page.next;
  } while (next !== undefined && clock.now() < until);
  const counts = { ...tally.counts(), gateways: await gatewaysOf(table, tally.domains) };
  return next === undefined ? counts : { ...counts, next };
}

class Tally {
  readonly domains = new Map<string, number>();
  readonly #fields = new Map<string, number>();
  readonly #consent = { given: 0, withdrawn: 0, none: 0 };
  #contacts = 0;
  #selected = 0;

  add(contact: Contact, isSelected: boolean): void {
    this.#contacts += 1;
    if (!isSelected) return;
    this.#selected += 1;
    const email = contact.consent?.email;
    const withdrawn = email?.withdrawnAt === undefined ? 'given' : 'withdrawn';
    this.#consent[email ? withdrawn : 'none'] += 1;
    for (const name in contact.fields) raise(this.#fields, name);
    raise(this.domains, contact.address.slice(contact.address.lastIndexOf('@') + 1));
  }

  counts(): Omit<AudienceCounts, 'gateways' | 'next'> {
    return {
      contacts: this.#contacts,
      selected: this.#selected,
      consent: this.#consent,
      fields: Object.fromEntries(this.#fields),
    };
  }
}

function raise(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

async function gatewaysOf(
  table: Table,
  domains: ReadonlyMap<string, number>,
): Promise<Record<string, number>> {
  const largest = [...domains].sort(([, a], [, b]) => b - a);
  const known = await inParallel(largest.slice(0, DOMAINS_MAX), AT_ONCE, ([domain]) =>
    loadMailDomain(table, domain),
  );
  const counts = new Map<string, number>();
  for (const [index, [, count]] of largest.entries()) {
    const gateway = known[index]?.gateway ?? 'unknown';
    counts.set(gateway, (counts.get(gateway) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}

export const ListContactsInput = z.strictObject({
  audience: Id,
  segment: z.optional(Segment),
  limit: z.optional(z.int().check(z.gte(1), z.lte(2_000))),
  after: z.optional(Cursor),
});

type ShownContact = Omit<Contact, 'audience' | 'id' | 'mark'>;

export interface ListedContacts {
  readonly contacts: readonly ShownContact[];
  readonly next?: string;
}

/** A page may hold few or none and still have a next one. Throws Refusal `cursor_unknown`. */
export async function listAudienceContacts(
  context: CommandContext,
  input: z.output<typeof ListContactsInput>,
): Promise<ListedContacts> {
  requireScope(context, 'admin');
  const { audience, segment, limit = 1_000, after } = parseInput(ListContactsInput, input);
  const page = await pageOf(context.table, audience, limit, after);
  const chosen = page.contacts.filter((contact) => !segment || matches(segment, contact));
  const contacts = chosen.map(shownOf);
  return page.next === undefined ? { contacts } : { contacts, next: page.next };
}

export function shownOf({ address, fields, zone, consent }: Contact): ShownContact {
  return {
    address,
    fields,
    ...(zone === undefined ? {} : { zone }),
    ...(consent === undefined ? {} : { consent }),
  };
}

async function pageOf(table: Table, audience: string, limit: number, after?: string) {
  const page = await contactPage(table, audience, limit, after);
  if (page) return page;
  throw new Refusal('cursor_unknown', 'no page of this list ended there', { field: 'after' });
}
