import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressDigest, erasedAddress, isErased } from '#domain/suppression.ts';

test('an address digest is the first 128 bits of its HMAC, in base64url', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.string({ minLength: 1 }), (address, key) => {
      const mac = createHmac('sha256', key).update(`address\n${address.toLowerCase()}`).digest();
      expect(addressDigest(address, key)).toBe(mac.subarray(0, 16).toString('base64url'));
    }),
    { numRuns: 300 },
  );
});

test('two spellings of one address have one digest', () => {
  expect(addressDigest(' Ann@Example.com ', 'k')).toBe(addressDigest('ann@example.com', 'k'));
});

test('an address that begins with a number sign is no place of somebody erased', () => {
  expect(isErased('#ana@example.org')).toBe(false);
  expect(isErased(erasedAddress(addressDigest('#ana@example.org', 'key')))).toBe(true);
});
