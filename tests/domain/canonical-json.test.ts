import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '#domain/canonical-json.ts';
import { normaliseAddress } from '#domain/normalise-address.ts';
import { addressDigest } from '#domain/suppression.ts';

test.each([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ a: undefined, b: { d: 1, c: 2 } }, '{"b":{"c":2,"d":1}}'],
  ['\u00e9\n"', '"é\\n\\""'],
  [{ B: 1, a: 2, é: 3 }, '{"B":1,"a":2,"é":3}'],
  [[], '[]'],
])('%j is spelled %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [undefined],
  [() => 1],
  [1n],
  [new Date(0)],
  [new Map()],
  [Symbol('x')],
])('%s has no spelling', (value) => {
  expect(() => canonicalJson({ value: [value] })).toThrow(TypeError);
});

test('any JSON value has one spelling, whatever the order of its keys, and is read back from it', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, member]) => [name, shuffled(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      // JSON knows no negative zero.
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});

test('one address has one digest under one key, however it is written', () => {
  expect(normaliseAddress('  ANA@Example.org\t')).toBe('ana@example.org');
  expect(addressDigest(' Ana@example.ORG', 'key')).toBe(addressDigest('ana@example.org', 'key'));
  expect(addressDigest('ana@example.org', 'key')).not.toBe(
    addressDigest('ana@example.org', 'other'),
  );
  expect(addressDigest('ana@example.org', 'key')).not.toBe(addressDigest('ben@example.org', 'key'));
  expect(addressDigest('ana@example.org', 'key')).toMatch(/^[A-Za-z0-9_-]{22}$/);
});
