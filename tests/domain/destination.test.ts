import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDestination, withUtm } from '#domain/destination.ts';
import { parseDuration, renderDuration } from '#domain/duration.ts';
import { isFirst } from '#domain/is-first.ts';
import { parseSender } from '#domain/sender.ts';

test.each([
  ['https://example.com', 'https://example.com/'],
  ['HTTPS://Example.COM/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['http://example.com:8080/x', 'http://example.com:8080/x'],
  ['https://example.com/trial?ref={click}', 'https://example.com/trial?ref={click}'],
  ['https://example.com/{click}/x', 'https://example.com/{click}/x'],
  ['https://münchen.example/straße', 'https://xn--mnchen-3ya.example/stra%C3%9Fe'],
  // What looks like another name is kept and shown in the form that does not deceive.
  ['https://\u0430pple.com/', 'https://xn--pple-43d.com/'],
  ['http://127.0.0.1:4100/site', 'http://127.0.0.1:4100/site'],
  ['https://example.com/a@b', 'https://example.com/a@b'],
])('%s leads to %s', (text, url) => {
  expect(parseDestination(text)).toMatchObject({ kind: 'destination', url });
});

test.each([
  'javascript:alert(document.domain)',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  ' https://example.com/',
  'data:text/html;base64,PHNjcmlwdD4=',
  'vbscript:msgbox(1)',
  'ftp://example.com/',
  'file:///etc/passwd',
  'mailto:ana@example.org',
  '//example.com/x',
  '/x',
  'example.com',
  '',
  'https://',
  'https:///x',
  'https://user:secret@example.com/',
  'https://good.test@evil.test/',
  'https://good.test\\@evil.test/',
  'https://good.test%2eevil.test/',
  'https://good.test#@evil.test/',
  'https://good.test?@evil.test/',
  'https://good.test/%0d%0aSet-Cookie:x=1',
  'https://good.test/%00',
  'https://good.test/a b',
  'https://good.test/\u2028',
  'https://good.test/\ud800',
  'https://good.test:99999/',
  'https://good.test:x/',
  'https://[::1]/',
  'https://{click}.example.com/',
  'https://good.test/{email}',
  'https://good.test/{click',
  `https://good.test/${'x'.repeat(8_200)}`,
])('%j is refused', (text) => {
  expect(parseDestination(text).kind).toBe('refused');
});

test('a tracked link leads to no tracked link', () => {
  expect(parseDestination('https://go.example.com/c/x', 'go.example.com').kind).toBe('refused');
  expect(parseDestination('https://GO.example.com/c/x', 'go.example.com').kind).toBe('refused');
  expect(parseDestination('https://go.example.com:443/c/x', 'go.example.com').kind).toBe('refused');
  expect(parseDestination('https://go.example.org/c/x', 'go.example.com').kind).toBe('destination');
});

test('whatever is taken is an address for the URL parser too, on the very same host', () => {
  const near = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string().map((text) => `https://${text}`),
  );
  fc.assert(
    fc.property(near, (text) => {
      const parsed = parseDestination(text);
      if (parsed.kind === 'refused') return;
      expect(parsed.url).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
      const url = new URL(parsed.url);
      expect(`${url.hostname}${url.port === '' ? '' : `:${url.port}`}`).toBe(
        parsed.host.replace(url.protocol === 'https:' ? /:443$/ : /:80$/, ''),
      );
      expect(url.username).toBe('');
      expect(parseDestination(parsed.url)).toEqual(parsed);
    }),
    { numRuns: 3_000 },
  );
});

const utm = { source: 'email', medium: 'email', campaign: 'atlas', content: 'trial' };

test.each([
  [
    'https://example.com/',
    'https://example.com/?utm_source=email&utm_medium=email&utm_campaign=atlas&utm_content=trial',
  ],
  [
    'https://example.com/?a=1#b',
    'https://example.com/?a=1&utm_source=email&utm_medium=email&utm_campaign=atlas&utm_content=trial#b',
  ],
  [
    'https://example.com/?',
    'https://example.com/?utm_source=email&utm_medium=email&utm_campaign=atlas&utm_content=trial',
  ],
  [
    'https://example.com/?UTM_Source=own&utm_content=',
    'https://example.com/?UTM_Source=own&utm_content=&utm_medium=email&utm_campaign=atlas',
  ],
  [
    'https://example.com/?ref={click}',
    'https://example.com/?ref={click}&utm_source=email&utm_medium=email&utm_campaign=atlas&utm_content=trial',
  ],
])('UTM on %s', (url, wanted) => {
  expect(withUtm(url, utm)).toBe(wanted);
  expect(withUtm(wanted, utm)).toBe(wanted);
});

test.each([
  ['Nora at Example <nora@example.com>', 'Nora at Example <nora@example.com>'],
  ['nora@example.com', 'nora@example.com'],
  ['Example, Inc. <nora@example.com>', '"Example, Inc." <nora@example.com>'],
  ['"Example, Inc." <nora@example.com>', '"Example, Inc." <nora@example.com>'],
  [' Zoë <Zoe@Example.com> ', 'Zoë <zoe@example.com>'],
])('the sender %s is written %s', (text, header) => {
  const sender = parseSender(text);
  expect(sender).toMatchObject({ kind: 'sender', header });
  expect(parseSender(header)).toEqual(sender);
});

test.each([
  'noreply@example.com',
  'no-reply@example.com',
  'No_Reply@example.com',
  'donotreply@example.com',
  'do-not-reply@example.com',
  'Nora <nora@example.com>, Ben <ben@example.com>',
  'Nora <>',
  'Nora',
  'Nora <nora@example.com> x',
  'Nora\r\nBcc: x@example.com <nora@example.com>',
  'No"ra <nora@example.com>',
  `${'N'.repeat(101)} <nora@example.com>`,
])('the sender %j is refused', (text) => {
  expect(parseSender(text).kind).toBe('refused');
});

test.each([
  ['90s', 90_000],
  ['2h', 7_200_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['+5m', 300_000],
  ['-60s', -60_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', 'soon', '5', 'h', '1.5h', '5 m', '--5s', '1h-30m', '9999999s'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('durations are read back as they are written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_000_000, max: 9_000_000 }), (seconds) => {
      expect(parseDuration(renderDuration(seconds * 1_000)) || 0).toBe(seconds * 1_000 || 0);
    }),
  );
});

test('who comes first is whoever has a yes in the column', () => {
  expect(
    ['yes', ' Y ', 'TRUE', '1', 'x'].map((donor) => isFirst({ donor }, 'donor')),
  ).not.toContain(false);
  expect(['', 'no', '0', 'never'].map((donor) => isFirst({ donor }, 'donor'))).not.toContain(true);
  expect(isFirst({ recently_active: 'yes' }, 'recently-active')).toBe(true);
  expect(isFirst({ donor: 'yes' }, undefined)).toBe(false);
  expect(isFirst({}, 'donor')).toBe(false);
});
