import { expect, test } from 'vitest';
import { checkSender } from '#channels/check-sender.ts';
import { Fault } from '#domain/faults.ts';
import type { SesIdentity } from '#domain/ports.ts';

/** An account with these identities, and what it was asked. */
function account(identities: { readonly [name: string]: SesIdentity } = {}) {
  const asked: string[] = [];
  const ask = async (name: string): Promise<SesIdentity> => {
    asked.push(name);
    return identities[name] ?? 'unknown';
  };
  return { asked, check: (from: string) => checkSender(ask, from) };
}

const nora = 'Nora at Example <nora@news.mail.example.com>';

test.each<[string, { readonly [name: string]: SesIdentity }, string[]]>([
  ['its domain', { 'news.mail.example.com': 'verified' }, ['news.mail.example.com']],
  [
    'the address alone',
    { 'nora@news.mail.example.com': 'verified', 'news.mail.example.com': 'unverified' },
    ['news.mail.example.com', 'nora@news.mail.example.com'],
  ],
  [
    'a domain above its own',
    { 'example.com': 'verified' },
    ['news.mail.example.com', 'nora@news.mail.example.com', 'mail.example.com', 'example.com'],
  ],
])('a sender is verified by %s, and no more is asked', async (_by, identities, asked) => {
  const seen = account(identities);
  expect(await seen.check(nora)).toBeUndefined();
  expect(seen.asked).toEqual(asked);
});

test('a top-level domain is never asked about', async () => {
  const seen = account({ com: 'verified' });
  expect(await seen.check('nora@example.com')).toMatchObject({ code: 'sender_unverified' });
  expect(seen.asked).toEqual(['example.com', 'nora@example.com']);
});

test('a name of a hundred labels is six questions', async () => {
  const seen = account();
  await seen.check(`nora@${'a.'.repeat(100)}example.com`);
  expect(seen.asked).toHaveLength(6);
});

test.each<[string, { readonly [name: string]: SesIdentity }, RegExp]>([
  ['nobody knows it', {}, /nora@example\.com .*knows neither it nor its domain/],
  [
    'its proof is missing',
    { 'example.com': 'unverified' },
    /waits for the proof that example\.com/,
  ],
  [
    'it is not ours to send as',
    { 'example.com': 'denied', 'nora@example.com': 'denied' },
    /this deployment may not send as example\.com/,
  ],
])('the problem says why: %s', async (_why, identities, message) => {
  expect(await account(identities).check('Nora <nora@example.com>')).toEqual({
    code: 'sender_unverified',
    field: 'from',
    message: expect.stringMatching(message),
    limit: 'a verified identity',
    severity: 'error',
  });
});

test("a malformed sender is the check of the email's to name", async () => {
  const seen = account();
  expect(await seen.check('noreply@example.com')).toBeUndefined();
  expect(seen.asked).toEqual([]);
});

test.each(['ses_unanswered', 'ses_throttled', 'ses_unreachable'])(
  'without an answer (%s) it is a fault with a name of its own',
  async (code) => {
    const ask = async () => Promise.reject(new Fault(code, 'no', { retryable: true }));
    await expect(checkSender(ask, 'nora@example.com')).rejects.toMatchObject({
      name: 'Fault',
      code: 'sender_unreadable',
      retryable: true,
    });
  },
);
