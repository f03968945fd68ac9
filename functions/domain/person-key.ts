// How another system names a person to us, and the keyed digest under which events carry it.

import { domainToASCII } from 'node:url';
import { contactIdOf } from './contact-id.ts';
import { hmacSha256Text } from './hmac.ts';
import { normaliseAddress } from './normalise-address.ts';

const CONTACT_ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const ADDRESS = /^([^\s@]{1,64})@([^\s@,;]{1,253}\.[^\s@,;]{1,253})$/;
const SHA_256 = /^[0-9a-f]{64}$/i;
const LAST = 'AQgw';
const VALUES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What a person's key may be, for whoever gave something else. */
export const personKeyForms = 'an email address, its SHA-256 in hex, or a contact id';

/**
 * The contact id behind a person's key: an email address, the SHA-256 of the normalised address in
 * hex, or the contact id itself. Undefined for anything else.
 */
export function contactIdOfPerson(key: string): string | undefined {
  const text = key.trim();
  if (CONTACT_ID.test(text)) return text;
  if (SHA_256.test(text)) return cut(Buffer.from(text, 'hex').toString('base64url'));
  // No judge of addresses: what no list takes is found on none. Small, because convert carries it.
  const [, local, domain] = ADDRESS.exec(text) ?? [];
  if (local === undefined || domain === undefined) return undefined;
  return contactIdOf(normaliseAddress(`${local}@${domainToASCII(domain)}`));
}

/** 128 bits as base64url: says nothing about the person to whoever lacks the key. */
export function personDigest(contactId: string, key: string): string {
  return cut(hmacSha256Text(key, `person\n${contactId}`));
}

/** Its last character carries two bits. */
function cut(text: string): string {
  return text.slice(0, 21) + LAST[VALUES.indexOf(text.charAt(21)) >> 4];
}
