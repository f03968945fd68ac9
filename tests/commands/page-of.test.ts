import { expect, test } from 'vitest';
import { pageOf } from '#commands/page-of.ts';

const all = ['a', 'b', 'c', 'd', 'e'];
const self = (one: string) => one;

test.each([
  { wanted: {}, page: all, next: undefined },
  { wanted: { limit: 2 }, page: ['a', 'b'], next: 'b' },
  { wanted: { limit: 2, after: 'b' }, page: ['c', 'd'], next: 'd' },
  { wanted: { limit: 2, after: 'd' }, page: ['e'], next: undefined },
  { wanted: { limit: 5 }, page: all, next: undefined },
  { wanted: { after: 'e' }, page: [], next: undefined },
  { wanted: { after: 'gone' }, page: [], next: undefined },
])('$wanted of five is $page', ({ wanted, page, next }) => {
  expect(pageOf(all, wanted, self)).toEqual(next === undefined ? { page } : { page, next });
});
