// Who may report conversions from a server: requests signed as Standard Webhooks describes.

import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the sender's clock may be from ours, either way. */
const TOLERANCE_SECONDS = 300;
const ID = /^[\x21-\x7e]{1,200}$/;

export type Signed =
  | { readonly kind: 'signed'; readonly id: string }
  | { readonly kind: 'refused'; readonly field: string; readonly message: string };

/**
 * Headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`: a list of
 * `v1,<base64>` separated by blanks, each HMAC-SHA-256 over `id.timestamp.body`. One of them has to
 * be of a current secret, so that secrets can be changed on either side first. Secrets are text;
 * behind `whsec_` they are base64.
 * Source: https://www.standardwebhooks.com
 */
export function verifyWebhook(
  headers: { readonly [name: string]: string | undefined },
  body: string,
  secrets: readonly string[],
  now: number,
): Signed {
  const id = headers['webhook-id'] ?? '';
  if (!ID.test(id)) return refused('webhook-id', 'is missing or longer than 200 characters');
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) {
    return refused('webhook-timestamp', 'is missing or no whole number of seconds');
  }
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    return refused('webhook-timestamp', `is more than ${TOLERANCE_SECONDS} s from our clock`);
  }
  const given = (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .slice(0, 8)
    .map((one) => Buffer.from(one.slice(3), 'base64'));
  const keys = secrets.map((secret) =>
    secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret,
  );
  const text = `${id}.${timestamp}.${body}`;
  // Every pair is compared, whatever came before it.
  const matches = keys.flatMap((key) => {
    const expected = createHmac('sha256', key).update(text).digest();
    return given.map((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
  if (matches.includes(true)) return { kind: 'signed', id };
  return refused('webhook-signature', 'is of no current secret');
}

function refused(field: string, message: string): Signed {
  return { kind: 'refused', field, message };
}
