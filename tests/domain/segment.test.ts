import fc from 'fast-check';
import { expect, describe as suite, test } from 'vitest';
import * as z from 'zod/mini';
import { describe, type Explained, explain, matches, Segment } from '#domain/segment.ts';

const ana = {
  address: 'ana@example.org',
  fields: { country: 'FR', city: 'Orléans', age: '41', joined: '2025-02-28T09:00:00Z', donor: 'x' },
  zone: 'Europe/Paris',
  consent: { email: {} },
};

const parsed = (value: unknown): Segment => Segment.parse(value);

suite('a test of one column', () => {
  test.each([
    [{ field: 'country', is: 'fr ' }, true],
    [{ field: 'country', is: ['DE', 'FR'] }, true],
    [{ field: 'country', is: 'DE' }, false],
    [{ field: 'city', contains: 'orle' }, false],
    [{ field: 'city', is: 'orle\u0301ans' }, true],
    [{ field: 'city', contains: 'LÉA' }, true],
    [{ field: 'age', min: 41, max: 41 }, true],
    [{ field: 'age', min: 41.5 }, false],
    [{ field: 'age', is: 41 }, true],
    [{ field: 'city', max: 1_000 }, false],
    [{ field: 'joined', since: '2025-02-28', until: '2025-02-28' }, true],
    [{ field: 'joined', since: '2025-03-01' }, false],
    [{ field: 'city', until: '2030-01-01' }, false],
    [{ field: 'donor', is: true }, true],
    [{ field: 'country', is: true }, false],
    [{ field: 'country', is: false }, true],
    [{ field: 'nickname', present: false }, true],
    [{ field: 'nickname', present: true }, false],
    [{ field: 'nickname', is: false }, false],
    [{ field: 'nickname', contains: 'a' }, false],
    [{ field: 'nickname', min: 0 }, false],
    [{ field: 'constructor', present: true }, false],
    [{ field: 'email', contains: '@example.org' }, true],
    [{ field: 'email_domain', is: 'example.org' }, true],
    [{ field: 'zone', is: 'Europe/Paris' }, true],
    [{ field: 'consent', is: 'given' }, true],
  ])('%j is %s', (rule, want) => {
    const segment = parsed(rule);
    expect(matches(segment, ana)).toBe(want);
    expect(explain(segment, ana).matches).toBe(want);
  });

  test('consent may be withdrawn, or was never given', () => {
    const withdrawn = { ...ana, consent: { email: { withdrawnAt: 7 } } };
    expect(matches(parsed({ field: 'consent', is: 'withdrawn' }), withdrawn)).toBe(true);
    expect(
      matches(parsed({ field: 'consent', is: 'none' }), { address: 'a@b.cd', fields: {} }),
    ).toBe(true);
  });
});

test('rules are put together with and, or and not', () => {
  const segment = parsed({
    all: [
      {
        any: [
          { field: 'country', is: 'DE' },
          { field: 'age', min: 40 },
        ],
      },
      { not: { field: 'donor', is: true } },
    ],
  });
  expect(matches(segment, ana)).toBe(false);
  expect(matches(segment, { ...ana, fields: { ...ana.fields, donor: 'no' } })).toBe(true);
  expect(describe(segment)).toBe('(country is DE or age is at least 40) and not (donor is yes)');
  expect(explain(segment, ana)).toEqual({
    matches: false,
    says: 'all of',
    parts: [
      {
        matches: true,
        says: 'any of',
        parts: [
          { matches: false, says: 'country is DE: here "FR"' },
          { matches: true, says: 'age is at least 40: here "41"' },
        ],
      },
      {
        matches: false,
        says: 'not',
        parts: [{ matches: true, says: 'donor is yes: here "x"' }],
      },
    ],
  });
  expect(explain(parsed({ field: 'nickname', is: 'x' }), ana).says).toBe(
    'nickname is x: here nothing',
  );
});

suite('refused, with what is wrong', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? { field: 'country', is: 'FR' } : { not: nested(depth - 1) };
  const deep = JSON.parse(`${'{"not":'.repeat(50_000)}{"field":"a","is":1}${'}'.repeat(50_000)}`);
  test.each([
    ['nothing', {}, /exactly one of/],
    ['two forms at once', { all: [{ field: 'a', is: 1 }], field: 'b', is: 2 }, /exactly one of/],
    ['a column without a test', { field: 'country' }, /beside field/],
    ['a test without a column', { not: { field: 'a', is: 1 }, is: 'FR' }, /beside field/],
    ['an unknown test', { field: 'country', like: 'F%' }, /like/],
    ['no such day', { field: 'joined', since: '2025-02-29' }, /a day such as/],
    ['a column that is none', { field: '__proto__', is: 'x' }, /a column is/],
    ['an empty list', { all: [] }, /Too small|Invalid/],
    ['too many parts', { any: Array(101).fill({ field: 'a', is: 1 }) }, /Too big|Invalid/],
    ['33 brackets', nested(32), /at most 32 brackets/],
    ['50,000 deep', deep, /at most 32 brackets/],
  ])('%s', (_name, value, says) => {
    const answer = Segment.safeParse(value);
    expect(answer.success).toBe(false);
    expect(JSON.stringify(answer.error?.issues)).toMatch(says);
  });

  test('32 brackets are not', () => {
    expect(Segment.safeParse(nested(31)).success).toBe(true);
  });
});

test('what is explained is what is matched, for every segment and contact', () => {
  const value = fc.constantFrom('FR', 'de', '7', '-3.5', '2024-02-29', 'yes', '', ' x ');
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value);
  const leaf = fc.oneof(
    fc.record({ field: fc.constantFrom('a', 'b', 'zone'), is: value }),
    fc.record({ field: fc.constantFrom('a', 'b'), min: fc.integer({ min: -5, max: 9 }) }),
    fc.record({ field: fc.constantFrom('a', 'c'), present: fc.boolean() }),
    fc.record({ field: fc.constantFrom('a', 'c'), since: fc.constant('2024-01-01') }),
  );
  const { segment } = fc.letrec<{ segment: Segment }>((tie) => ({
    segment: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ not: tie('segment') }),
      fc.record({ all: fc.array(tie('segment'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('segment'), { minLength: 1, maxLength: 3 }) }),
    ),
  }));
  const agrees = ({ matches: isIn, says, parts = [] }: Explained): boolean => {
    if (!parts.every(agrees)) return false;
    if (says === 'all of') return isIn === parts.every((one) => one.matches);
    if (says === 'any of') return isIn === parts.some((one) => one.matches);
    return says !== 'not' || isIn === !parts[0]?.matches;
  };
  fc.assert(
    fc.property(segment, fields, (rule, values) => {
      const contact = { address: 'ana@example.org', fields: values };
      const kept = Segment.parse(JSON.parse(JSON.stringify(rule)));
      const explained = explain(kept, contact);
      expect(explained.matches).toBe(matches(kept, contact));
      expect(agrees(explained)).toBe(true);
      expect(matches({ not: kept }, contact)).toBe(!matches(kept, contact));
    }),
  );
});

test('editors get its schema, the recursion by reference', () => {
  for (const io of ['input', 'output'] as const) {
    const schema = JSON.stringify(z.toJSONSchema(Segment, { io }));
    expect(schema).toMatch(/"\$ref"/);
    expect(schema).toMatch(/"contains"/);
  }
});
