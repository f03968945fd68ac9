import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import { checkUrl, targetOf } from '#outbound/check-url.ts';
import { isPublicAddress } from '#outbound/public-address.ts';

const refused = (url: string, loopback?: boolean | Set<string>) => {
  try {
    checkUrl(url, loopback);
    return 'taken';
  } catch (error) {
    return error instanceof Refusal ? error.code : error;
  }
};

test.each([
  'https://social.example/',
  'https://social.example',
  'https://social.example/api/v1/statuses?limit=40&max_id=1',
  'https://xn--mnchen-3ya.example/',
  'https://1.1.1.1/',
  'https://[2606:4700:4700::1111]/dns',
])('taken: %s', (url) => {
  expect(refused(url)).toBe('taken');
});

test.each([
  ['plain http', 'http://social.example/'],
  ['another port', 'https://social.example:8443/'],
  ['the port spelled out', 'https://social.example:443/'],
  ['another scheme', 'gopher://social.example/'],
  ['no scheme', '//social.example/'],
  ['credentials', 'https://user:secret@social.example/'],
  ['a backslash', 'https://good.test\\@169.254.169.254/'],
  ['a backslash in the path', 'https://good.test/\\evil'],
  ['a fragment', 'https://good.test/#@evil'],
  ['upper case', 'https://Good.test/'],
  ['a tab', 'https://good.te\tst/'],
  ['a line break', 'https://good.test/\r\nHost: evil'],
  ['a blank', ' https://good.test/'],
  ['dots to climb', 'https://good.test/a/../b'],
  ['encoded dots to climb', 'https://good.test/a/%2e%2e/b'],
  ['a percent sign in the host', 'https://good%2etest/'],
  ['a full-width dot', 'https://good。test/'],
  ['letters beyond ASCII', 'https://münchen.example/'],
  ['a trailing dot', 'https://good.test./'],
  ['two dots', 'https://good..test/'],
  ['an underscore', 'https://a_b.test/'],
  ['a single label', 'https://intranet/'],
  ['localhost', 'https://localhost/'],
  ['a name below localhost', 'https://x.localhost/'],
  ['an inner name', 'https://db.internal/'],
  ['a private address', 'https://10.0.0.5/'],
  ['a short address', 'https://127.1/'],
  ['a decimal address', 'https://2130706433/'],
  ['a hexadecimal address', 'https://0x7f000001/'],
  ['an octal address', 'https://0177.0.0.1/'],
  ['a last label that is a number', 'https://social.1/'],
  ['metadata over IPv6', 'https://[fd00:ec2::254]/'],
  ['mapped IPv4', 'https://[::ffff:a9fe:a9fe]/'],
  ['mapped IPv4, dotted', 'https://[::ffff:169.254.169.254]/'],
  ['compatible IPv4', 'https://[::a9fe:a9fe]/'],
  ['NAT64', 'https://[64:ff9b::a9fe:a9fe]/'],
  ['6to4', 'https://[2002:a9fe:a9fe::1]/'],
  ['Teredo', 'https://[2001::1]/'],
  ['an uncompressed spelling', 'https://[2606:4700:4700:0:0:0:0:1111]/'],
  ['a zone', 'https://[fe80::1%25eth0]/'],
  ['nothing', ''],
  ['a long text', `https://good.test/${'a'.repeat(3_000)}`],
])('refused: %s', (_name, url) => {
  expect(refused(url)).toBe('address_refused');
});

describe('loopback', () => {
  test.each([
    'http://127.0.0.1:3000/',
    'http://localhost:3000/',
    'http://[::1]:3000/',
    'http://a.localhost:1/',
  ])('is taken where the runtime allows all of it: %s', (url) => {
    expect(refused(url, true)).toBe('taken');
    expect(refused(url)).toBe('address_refused');
  });
  test('is taken at the named host and port only', () => {
    const named = new Set(['127.0.0.1:3000']);
    expect(refused('http://127.0.0.1:3000/x', named)).toBe('taken');
    expect(refused('http://127.0.0.1:3001/x', named)).toBe('address_refused');
  });
  test.each([
    'http://10.0.0.5/',
    'http://169.254.169.254/',
    'http://127.1:3000/',
    'http://good.test/',
    'http://192.168.0.1:3000/',
  ])('opens no other address: %s', (url) => {
    expect(refused(url, true)).toBe('address_refused');
  });
});

test('the parts are those of the text', () => {
  expect(targetOf('https://social.example/api?x=1')).toEqual({
    secure: true,
    host: 'social.example',
    port: 443,
    path: '/api?x=1',
    authority: 'social.example',
    loopback: false,
  });
  expect(targetOf('http://127.0.0.1:81', true)).toMatchObject({ port: 81, path: '/' });
});

test('no text is taken whose host Node would read differently, and none that is private', () => {
  const part = fc.constantFrom(
    '127',
    '0x7f',
    '1',
    '.',
    ':',
    '[',
    ']',
    '@',
    '\\',
    'a',
    'https://',
    '//',
    '%',
    '8',
    '/',
    'test',
    '?',
    '#',
    ' ',
    'ff9b',
    '10',
  );
  const text = fc.oneof(
    fc.webUrl(),
    fc.array(part, { maxLength: 14 }).map((parts) => `https://${parts.join('')}`),
  );
  fc.assert(
    fc.property(text, (url) => {
      if (refused(url) !== 'taken') return;
      const { host } = targetOf(url);
      const read = new URL(url).hostname.replace(/^\[|\]$/g, '');
      expect(read).toBe(host);
      if (/^[\d.]+$|:/.test(host)) expect(isPublicAddress(host)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});
