import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256Text } from '#domain/hmac.ts';

function hexOf(key: string, text: string): string {
  return Buffer.from(hmacSha256Text(key, text), 'base64url').toString('hex');
}

test.each([
  // RFC 4231, test cases 2 and 3 in text form.
  {
    key: 'Jefe',
    text: 'what do ya want for nothing?',
    want: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
])('agrees with RFC 4231 for the key $key', ({ key, text, want }) => {
  expect(hexOf(key, text)).toBe(want);
});

test('agrees with the library for any key and text, in any order of keys', () => {
  const keys = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ minLength: 60, maxLength: 140 }),
  );
  const texts = fc.string({ unit: 'grapheme', maxLength: 600 });
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, texts), { maxLength: 20 }), (pairs) => {
      for (const [key, text] of pairs) {
        const want = createHmac('sha256', key).update(text).digest('hex');
        expect(hexOf(key, text)).toBe(want);
      }
    }),
    { numRuns: 200 },
  );
});
