import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '#domain/address.ts';

function vectors(name: string): [string, string][] {
  return readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [written = '', wanted = ''] = line.split('\t');
      return [decoded(written), wanted];
    });
}

function decoded(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (_, two, four) =>
    String.fromCharCode(Number.parseInt(two ?? four, 16)),
  );
}

test.each(vectors('addresses-valid.txt'))('%j is taken as %s', (written, wanted) => {
  expect(parseAddress(written)).toMatchObject({ kind: 'address', address: wanted });
});

test.each(vectors('addresses-invalid.txt'))('%j is refused: %s', (written, code) => {
  expect(parseAddress(written)).toMatchObject({ kind: 'refused', code });
});

test('a whole address of 255 characters is too long', () => {
  const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example.com`;
  const address = `${'x'.repeat(255 - domain.length - 1)}@${domain}`;
  expect(address.length).toBe(255);
  expect(parseAddress(address)).toMatchObject({ kind: 'refused', code: 'too_long' });
  expect(parseAddress(address.slice(1))).toMatchObject({ kind: 'address' });
});

test('what comes out goes in again unchanged, whatever is given, and holds no surprise', () => {
  const near = fc.oneof(fc.string(), fc.emailAddress(), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(near, (text) => {
      const parsed = parseAddress(text);
      if (parsed.kind === 'refused') return;
      expect(parsed.address).toMatch(/^[\x21-\x7e]+@[a-z0-9.-]+$/);
      expect(parsed.address).not.toMatch(/[\s,;<>()"\\]/);
      expect(parseAddress(parsed.address)).toEqual(parsed);
    }),
    { numRuns: 2_000 },
  );
});
