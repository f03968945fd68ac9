import { expect, test } from 'vitest';
import { creditedLink } from '#domain/attribution.ts';

const T = 1_800_000_000_000;
const DAY = 86_400_000;
const rule = { attributionMs: DAY, releasedAt: T };
const conversion = { at: T + DAY + 3_600_000, link: 'email/seat' };

test.each([
  {
    name: 'the last click before it, whatever link the click id names',
    clicks: [
      { at: T + 7_200_000, link: 'email/seat' },
      { at: T + DAY, link: 'mastodon/seat' },
    ],
    want: 'mastodon/seat',
  },
  {
    name: 'no click after it',
    clicks: [
      { at: T + 7_200_000, link: 'email/seat' },
      { at: T + 2 * DAY, link: 'mastodon/seat' },
    ],
    want: 'email/seat',
  },
  {
    name: 'a click just inside the window',
    clicks: [{ at: conversion.at - DAY, link: 'email/seat' }],
    want: 'email/seat',
  },
  {
    name: 'nothing when the last click is too long ago',
    clicks: [{ at: conversion.at - DAY - 1, link: 'email/seat' }],
    want: undefined,
  },
  {
    name: 'nothing when no click is known and the release is too long ago',
    clicks: [],
    want: undefined,
  },
])('a conversion is credited to $name', ({ clicks, want }) => {
  expect(creditedLink(conversion, clicks, rule)).toBe(want);
});

test('its own click id is enough while the window since the release is open', () => {
  expect(creditedLink({ at: T + DAY, link: 'email/seat' }, [], rule)).toBe('email/seat');
});

test('clicks at the same instant decide by name, not by order', () => {
  const clicks = [
    { at: T + 1, link: 'b/x' },
    { at: T + 1, link: 'a/x' },
  ];
  const at = { at: T + 2, link: 'a/x' };
  expect(creditedLink(at, clicks, rule)).toBe('b/x');
  expect(creditedLink(at, clicks.toReversed(), rule)).toBe('b/x');
});
