// What a row of a file makes of the contact that stands there.

import type { Consent, Contact } from '#store/audiences.ts';
import type { Attested, Import } from '#store/imports.ts';
import type { Person, SaidConsent } from './read-person.ts';

/**
 * The contact as the file wants it. Columns that the file has replace what stands there, an empty
 * value takes a field away; columns it does not have leave their fields alone. A consent that was
 * withdrawn comes back only by a row that states a later one of its own.
 * @param mark says what writes it
 */
export function mergePerson(
  one: Import,
  person: Person,
  stored: Contact | undefined,
  mark: string,
): Contact {
  const fields: Record<string, string> = stored ? { ...stored.fields } : {};
  for (const name in person.fields) {
    const value = person.fields[name] ?? '';
    if (value !== '') fields[name] = value;
    else if (stored) delete fields[name];
  }
  const zone = person.zone ?? stored?.zone ?? '';
  const email = consentOf(one, person.consent, stored?.consent?.email);
  const consent = email === undefined ? stored?.consent : { ...stored?.consent, email };
  const { id, address } = person;
  const contact: Contact = { audience: one.audience, id, address, fields, mark };
  if (zone !== '') contact.zone = zone;
  if (consent !== undefined) contact.consent = consent;
  return contact;
}

/** Whether they say the same of a person, whoever wrote it. */
export function isSameContact(one: Contact, other: Contact): boolean {
  return (
    one.address === other.address &&
    one.zone === other.zone &&
    isSameMap(one.fields, other.fields) &&
    isSameMap(one.consent?.email ?? {}, other.consent?.email ?? {})
  );
}

function isSameMap(one: object, other: object): boolean {
  const mine = Object.entries(one);
  const theirs = other as Record<string, unknown>;
  return (
    mine.length === Object.keys(other).length &&
    mine.every(([name, value]) => theirs[name] === value)
  );
}

function consentOf(
  { attested, startedAt, source }: Import,
  said: SaidConsent | undefined,
  stored: Consent | undefined,
): Consent | undefined {
  const from = said?.source ?? attested?.source ?? `import of ${source.name}`;
  if (said?.isGiven === false) return refusal(stored, said.at ?? startedAt, from);
  if (said?.at !== undefined) return stated(stored, said.at, from, attested);
  if (stored) return stored;
  if (said?.isGiven) return stated(stored, attested?.at ?? startedAt, from, attested);
  if (!attested) return undefined;
  const { at, basis, by } = attested;
  return { at, source: from, basis, attestedBy: by };
}

/** A no is a withdrawal, whether or not there ever was a yes. */
function refusal(stored: Consent | undefined, at: number, source: string): Consent {
  if (stored?.withdrawnAt !== undefined) return stored;
  return { ...(stored ?? { at, source }), withdrawnAt: at };
}

function stated(
  stored: Consent | undefined,
  at: number,
  source: string,
  attested: Attested | undefined,
): Consent {
  if (stored?.withdrawnAt !== undefined && stored.withdrawnAt >= at) return stored;
  return { at, source, ...(attested === undefined ? {} : { basis: attested.basis }) };
}
