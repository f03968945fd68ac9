import { expect, test } from 'vitest';
import { checkMastodon } from '#channels/mastodon-check.ts';
import { describeInstance } from '#channels/mastodon-software.ts';
import { countMastodon } from '#channels/mastodon-text.ts';
import { callSlots, renderAnnouncement } from '#domain/announcement.ts';
import { context, LINK, leg, withImage } from './mastodon-world.ts';

const described = describeInstance({});
const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';

test.each([
  ['plain text', 'hello', 5],
  ['a family is one', family, 1],
  ['301 families are 301', family.repeat(301), 301],
  ['a combined letter is one', 'e\u0301', 1],
  ['a long link is 23', `https://example.com/${'a'.repeat(200)}`, 23],
  ['a short link is 23 as well', 'https://a.io', 23],
  ['a link in a sentence', 'See https://example.com/x?y=1, now', 4 + 23 + 1 + 4],
  ['two links', 'https://a.io https://b.io', 47],
  ['an address without a public host counts in full', 'http://localhost/x', 18],
  ['a word glued to a link counts in full', 'xhttps://a.io', 13],
  ['text right behind a link counts', 'https://a.io/甲甲', 25],
  ['a mention of another server', '@ana@social.example hi', 7],
  ['a mention here', '@ana hi', 7],
  ['an email address is no mention', 'ana@social.example', 18],
])('count: %s', (_name, text, length) => {
  expect(countMastodon(text, 23)).toBe(length);
});

test('counting takes little time, whatever the text', () => {
  const nasty = [
    '@a'.repeat(5_000),
    'https://'.repeat(1_200),
    `https://${'a.'.repeat(4_900)}`,
    `https://a.io/${'('.repeat(9_900)}`,
    `@a@${'b-'.repeat(4_900)}`,
  ];
  for (const text of nasty) {
    const started = process.cpuUsage();
    countMastodon(text, 23);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(50);
  }
});

test('the announcement holds wording and link where the call stands', () => {
  expect(renderAnnouncement('Out now. {call}!', 'Try $& it', LINK)).toBe(
    `Out now. Try $& it ${LINK}!`,
  );
  expect(callSlots('{call} and {call}')).toBe(2);
});

test('nothing stands against a sound announcement', () => {
  expect(checkMastodon(context, described)).toEqual([]);
  expect(checkMastodon(withImage, described)).toEqual([]);
});

const image = withImage.leg.image ?? { sha256: '', type: '', alt: 'x' };
test.each([
  ['no call', { ...context, leg: { ...leg, text: 'Out.' } }, 'call_slot'],
  ['the call twice', { ...context, leg: { ...leg, text: '{call} {call}' } }, 'call_slot'],
  ['too long', { ...context, leg: { ...leg, text: `${'x'.repeat(455)} {call}` } }, 'text_too_long'],
  [
    'a control character',
    { ...context, leg: { ...leg, text: 'a\u0000{call}' } },
    'control_character',
  ],
  ['half a character', { ...context, leg: { ...leg, text: '\ud800{call}' } }, 'control_character'],
  [
    'a strange language',
    { ...context, leg: { ...leg, language: 'Klingon!' } },
    'language_malformed',
  ],
  ['an image that is not there', { ...context, leg: withImage.leg }, 'image_missing'],
  [
    'no words for the image',
    { ...withImage, leg: { ...leg, image: { ...image, alt: ' ' } } },
    'alt_text_missing',
  ],
  [
    'many words for the image',
    { ...withImage, leg: { ...leg, image: { ...image, alt: 'x'.repeat(1_501) } } },
    'alt_text_too_long',
  ],
  [
    'another image',
    { ...withImage, leg: { ...leg, image: { ...image, sha256: 'f'.repeat(64) } } },
    'image_changed',
  ],
  ['no image at all', { ...withImage, image: Buffer.from('<svg/>') }, 'type_unknown'],
])('check: %s', (_name, bad, code) => {
  expect(checkMastodon(bad, described).map((problem) => problem.code)).toContain(code);
});

test("check goes by the server's own limits", () => {
  const codes = (more: object) =>
    checkMastodon(withImage, { ...described, ...more }).map((problem) => problem.code);
  expect(codes({ imageBytesMax: 10 })).toEqual(['image_too_large']);
  expect(codes({ imagesMax: 0 })).toEqual(['image_refused']);
  expect(codes({ altTextMax: 10 })).toEqual(['alt_text_too_long']);
  expect(codes({ textMax: 60 })).toEqual(['text_too_long']);
  // "Atlas 2 is out. Start your free trial " and a link of 23.
  expect(codes({ textMax: 61 })).toEqual([]);
});
