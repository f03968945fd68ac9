import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JSON_LEVELS_MAX, parseJson } from '#domain/parse-json.ts';

const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('what is no deeper than allowed is read as JSON.parse reads it', () => {
  const texts = [
    fc.json({ maxDepth: 6 }),
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'[]{}":\\,a1 ') }),
  ];
  fc.assert(
    fc.property(fc.oneof(...texts), (text) => {
      const said = parseJson(text);
      if (said.kind === 'json') expect(said.value).toEqual(JSON.parse(text));
      else expect(() => JSON.parse(text)).toThrow(SyntaxError);
    }),
  );
});

test.each([
  { name: 'lists', make: lists },
  { name: 'objects', make: objects },
])('$name inside each other are taken up to the limit', ({ make }) => {
  expect(parseJson(make(JSON_LEVELS_MAX)).kind).toBe('json');
  expect(parseJson(make(JSON_LEVELS_MAX + 1)).kind).toBe('too_deep');
});

test.each([
  { name: 'many beside each other', text: `[${'[],{},'.repeat(1_000)}1]` },
  { name: 'brackets in a text', text: JSON.stringify({ a: '[{'.repeat(1_000) }) },
  {
    name: 'a text with quotes and backslashes',
    text: JSON.stringify(['\\"[', '"\\', '[['.repeat(99)]),
  },
])('$name are not deep', ({ text }) => {
  expect(parseJson(text)).toEqual({ kind: 'json', value: JSON.parse(text) });
});

test('one bracket too many decides, whatever comes behind it', () => {
  expect(parseJson(`${'['.repeat(JSON_LEVELS_MAX + 1)} and no JSON`).kind).toBe('too_deep');
});
