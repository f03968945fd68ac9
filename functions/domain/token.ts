// The opaque, signed part of a tracked link. Small on purpose: the click function carries it.

import { timingSafeEqual } from 'node:crypto';
import { hmacSha256Text } from './hmac.ts';

/** What a token may be used for; a token of one purpose is worthless for another. */
export type Purpose = 'click' | 'unsubscribe';

export interface Claims {
  readonly purpose: Purpose;
  readonly burst: string;
  /** The leg's name: one link per leg and call. */
  readonly leg: string;
  /** Empty for an unsubscribe. */
  readonly call: string;
  /** The recipient's ordinal; absent on a broadcast channel. */
  readonly ordinal?: number;
}

export interface SigningKey {
  /** One to eight characters of a-z and 0-9. */
  readonly id: string;
  readonly secret: string;
}

const LETTER: Record<Purpose, string> = { click: 'c', unsubscribe: 'u' };
const SHAPE = /^([a-z0-9]{1,8})\.([A-Za-z0-9._-]{1,200})\.([A-Za-z0-9_-]{16})$/;
/** Of base64url: 96 bits to the bit, so that equal text is equal bytes and the form is canonical. */
const MAC_CHARACTERS = 16;

/**
 * `key.body.mac`, all URL-safe: body is `burst.leg.call.ordinal36`, mac the first 96 bits of
 * HMAC-SHA-256 over purpose, link host, key id and body. The host is signed but not carried, so a
 * token of one deployment is nothing to another. Cost: one HMAC, about 2 microseconds.
 */
export function sign(claims: Claims, host: string, key: SigningKey): string {
  const ordinal = claims.ordinal === undefined ? '' : claims.ordinal.toString(36);
  const body = `${claims.burst}.${claims.leg}.${claims.call}.${ordinal}`;
  return `${key.id}.${body}.${mac(claims.purpose, host, key, body)}`;
}

/**
 * The claims of a token, or undefined for anything that we did not sign in just this form.
 * Compares in constant time and accepts only the canonical encoding.
 */
export function verify(
  token: string,
  purpose: Purpose,
  host: string,
  keys: readonly SigningKey[],
): Claims | undefined {
  const parts = SHAPE.exec(token);
  const [, keyId, body, given] = parts ?? [];
  if (keyId === undefined || body === undefined || given === undefined) return undefined;
  const key = keys.find((one) => one.id === keyId);
  if (!key) return undefined;
  const expected = mac(purpose, host, key, body);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return undefined;
  return parse(body, purpose);
}

function parse(body: string, purpose: Purpose): Claims | undefined {
  const fields = body.split('.');
  const [burst, leg, call, ordinal] = fields;
  if (fields.length !== 4 || !burst || !leg || call === undefined || ordinal === undefined) {
    return undefined;
  }
  if (ordinal === '') return { purpose, burst, leg, call };
  const number = Number.parseInt(ordinal, 36);
  if (!Number.isSafeInteger(number) || number.toString(36) !== ordinal) return undefined;
  return { purpose, burst, leg, call, ordinal: number };
}

function mac(purpose: Purpose, host: string, key: SigningKey, body: string): string {
  const text = `${LETTER[purpose]}\n${host}\n${key.id}\n${body}`;
  return hmacSha256Text(key.secret, text).slice(0, MAC_CHARACTERS);
}
