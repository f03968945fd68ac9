// A rule that is wrong: which part of it, and what may stand there.

import { expect, test } from 'vitest';
import { segmentOf } from '../../cli/segment-option.ts';

test.each([
  ['{country: FR}', 'at country: nothing is called "country" here', 'all, any or not; or field'],
  ['{field: country, equals: FR}', 'at equals: nothing is called', 'at least one of is, contains'],
  ['{field: country}', '--segment: beside field', 'all, any or not; or field with at least one of'],
  ['{field: age, min: old}', 'at min: a number is wanted here', 'there: a number'],
  ['{field: country, is: {a: FR}}', 'at is: ', 'there: a text, a number, true, false, or a list'],
  ['{field: joined, since: yesterday}', 'at since: write a day', 'a day such as 2026-11-03'],
  ['{any: [{field: a, is: b}, {field: c, iss: d}]}', 'at any.1.iss: ', 'or field with'],
  ['{all: []}', 'at all: this is too little (at least 1 entries)', 'a list of 1 to 100 rules'],
  ['{not: []}', 'at not: ', 'there: a rule'],
  ['FR', '--segment: ', 'all, any or not; or field'],
  ['', '--segment: ', 'all, any or not; or field'],
  ['{field: a', 'is no YAML', ''],
  ['@nothing.yaml', 'there is no file nothing.yaml', ''],
])('%s is refused with its place', (rule, place, allowed) => {
  let said = '';
  try {
    segmentOf(rule);
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).toContain(place);
  expect(said).toContain(allowed);
  expect(said).not.toContain('Invalid input');
});

test.each([
  ['{field: country, is: [FR, 2, true]}'],
  ['{field: a, contains: b, present: true, min: 1, max: 2, since: 2026-11-03, until: 2026-11-04}'],
  ['{all: [{any: [{not: {field: a, is: b}}]}]}'],
])('%s, which the words allow, is a rule', (rule) => {
  expect(segmentOf(rule)).toBeTypeOf('object');
});
