import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressDigest } from '#domain/suppression.ts';
import { DigestSet } from '#runner/digest-set.ts';

const digestOf = (n: number) => addressDigest(`reader-${n}@example.org`, 'a key for digests');

test('holds what was added and nothing else, through every growth', () => {
  const digests = new DigestSet();
  for (let n = 0; n < 20_000; n += 1) {
    const digest = digestOf(n);
    expect(digests.has(digest)).toBe(false);
    digests.add(digest);
    digests.add(digest);
  }
  expect(digests.size).toBe(20_000);
  for (let n = 0; n < 20_000; n += 1) expect(digests.has(digestOf(n))).toBe(true);
  for (let n = 20_000; n < 40_000; n += 1) expect(digests.has(digestOf(n))).toBe(false);
});

test('answers like a set of strings', () => {
  const digest = fc.integer({ min: 0, max: 50 }).map(digestOf);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), digest)), (steps) => {
      const [ours, theirs] = [new DigestSet(), new Set<string>()];
      for (const [isAdd, one] of steps) {
        if (isAdd) {
          ours.add(one);
          theirs.add(one);
        }
        expect(ours.has(one)).toBe(theirs.has(one));
        expect(ours.size).toBe(theirs.size);
      }
    }),
  );
});

test('digests that begin alike are told apart', () => {
  const bytes = Buffer.alloc(16, 7);
  const digests = new DigestSet();
  digests.add(bytes.toString('base64url'));
  bytes[11] = 8;
  expect(digests.has(bytes.toString('base64url'))).toBe(false);
});
