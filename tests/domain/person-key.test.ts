import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '#domain/address.ts';
import { contactIdOf } from '#domain/contact-id.ts';
import { contactIdOfPerson, personDigest } from '#domain/person-key.ts';

const nora = contactIdOf('nora@example.com');
const sha256 = createHash('sha256').update('nora@example.com').digest('hex');

test.each([
  ['an address', 'nora@example.com'],
  ['an address in other letters, with blanks', ' Nora@Example.COM '],
  ['the SHA-256 of the address', sha256],
  ['the same in capitals', sha256.toUpperCase()],
  ['the contact id', nora],
])('%s names the contact', (_what, key) => {
  expect(contactIdOfPerson(key)).toBe(nora);
});

test.each([
  '',
  'nora',
  'nora@localhost',
  `${nora}x`,
  sha256.slice(1),
  'a@example.com,b@example.com',
])('%j names nobody', (key) => {
  expect(contactIdOfPerson(key)).toBeUndefined();
});

test('every address that a list takes names the contact of that list', () => {
  const file = join(import.meta.dirname, '..', 'vectors', 'addresses-valid.txt');
  const lines = readFileSync(file, 'utf8').split('\n');
  let tried = 0;
  for (const line of lines) {
    for (const text of line.split('\t')) {
      const parsed = parseAddress(text);
      if (parsed.kind === 'refused') continue;
      tried += 1;
      expect(contactIdOfPerson(text), text).toBe(contactIdOf(parsed.address));
    }
  }
  expect(tried).toBeGreaterThan(10);
});

test('its digest has 128 bits, hangs on the key and tells people apart', () => {
  expect(personDigest(nora, 'k')).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
  expect(personDigest(nora, 'k')).not.toBe(personDigest(nora, 'another'));
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      fc.pre(one !== other);
      expect(personDigest(one, 'k')).not.toBe(personDigest(other, 'k'));
    }),
  );
});
