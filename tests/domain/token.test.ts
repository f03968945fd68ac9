import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '#domain/limits.ts';
import { type Claims, sign, verify } from '#domain/token.ts';

const key = { id: 'k1', secret: 's'.repeat(40) };
const other = { id: 'k2', secret: 't'.repeat(40) };
const host = 'go.example.com';
const claims: Claims = {
  purpose: 'click',
  burst: 'atlas-launch',
  leg: 'prospects',
  call: 'trial',
  ordinal: 79_411,
};

const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$/);
const id = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);

test('what was signed is read back, and fits where it is carried', () => {
  const ordinal = fc.option(fc.integer({ min: 0, max: 999_999_999 }), { nil: undefined });
  fc.assert(
    fc.property(id, name, name, ordinal, (burst, leg, call, number) => {
      const given: Claims = {
        purpose: 'click',
        burst,
        leg,
        call,
        ...(number === undefined ? {} : { ordinal: number }),
      };
      const token = sign(given, host, key);
      expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(token.length).toBeLessThanOrEqual(limits.tokenBytesMax);
      expect(verify(token, 'click', host, [other, key])).toEqual(given);
    }),
    { numRuns: 2_000 },
  );
});

test('the first ordinal is an ordinal, and an unsubscribe has no call', () => {
  const given: Claims = { purpose: 'unsubscribe', burst: 'b', leg: 'l', call: '', ordinal: 0 };
  expect(verify(sign(given, host, key), 'unsubscribe', host, [key])).toEqual(given);
});

test('a token of another purpose, host, key or secret is nothing', () => {
  const token = sign(claims, host, key);
  expect(verify(token, 'unsubscribe', host, [key])).toBeUndefined();
  expect(verify(token, 'click', 'go.example.org', [key])).toBeUndefined();
  expect(verify(token, 'click', host, [other])).toBeUndefined();
  expect(verify(token, 'click', host, [{ ...key, secret: 'u'.repeat(40) }])).toBeUndefined();
  expect(verify(token, 'click', host, [])).toBeUndefined();
});

test('no single changed, added or missing character passes', () => {
  const token = sign(claims, host, key);
  const letters = 'ABCxyz0189._-';
  for (let place = 0; place < token.length; place += 1) {
    const [before, after] = [token.slice(0, place), token.slice(place + 1)];
    expect(verify(before + after, 'click', host, [key])).toBeUndefined();
    for (const letter of letters) {
      if (letter !== token[place])
        expect(verify(before + letter + after, 'click', host, [key])).toBeUndefined();
      expect(
        verify(before + letter + (token[place] ?? '') + after, 'click', host, [key]),
      ).toBeUndefined();
    }
  }
});

test.each([
  '',
  '.',
  '..',
  'k1',
  'k1.',
  'k1..',
  'k1.atlas-launch.prospects.trial.1p9v',
  'k1.atlas-launch.prospects.trial.1p9v.',
  'k1.a.b.c.d.AAAAAAAAAAAAAAAA',
  '\u0000',
  'k1.%2e.AAAAAAAAAAAAAAAA',
  `k1.${'a'.repeat(100_000)}.AAAAAAAAAAAAAAAA`,
  '__proto__',
  'k1\n.a.b.c.d.AAAAAAAAAAAAAAAA',
])('%j is no token', (text) => {
  expect(verify(text, 'click', host, [key])).toBeUndefined();
});

test('only the canonical spelling of an ordinal is taken, even when rightly signed', () => {
  // As if somebody held the key: the body is signed as it stands, leading zero and all.
  for (const call of ['trial.01', 'trial.0x', 'trial.-1', 'trial. 1', 'trial.1.2']) {
    const token = sign({ purpose: 'click', burst: 'b', leg: 'l', call }, host, key);
    const read = verify(token.replace(/\.\./, '.'), 'click', host, [key]);
    expect(read).toBeUndefined();
  }
});

test('any text at all is refused without an exception', () => {
  fc.assert(
    fc.property(fc.string(), (text) => verify(text, 'click', host, [key]) === undefined),
    { numRuns: 2_000 },
  );
});
