// The keys that sign links: one signs, older ones still verify. Small: the click function carries it.

import type { SigningKey } from './token.ts';

/**
 * The parameter `links/keys` as JSON: `{"keys":[{"id","secret","clicksUntil"?}]}`. The first key
 * without `clicksUntil` signs. A retired key verifies clicks until that instant, and unsubscribe
 * links for ever: whoever got an email may leave, however old it is.
 */
export interface KeyRing {
  readonly keys: readonly RingKey[];
}

export interface RingKey extends SigningKey {
  /** Milliseconds since 1970, UTC; absent while the key is in use. */
  readonly clicksUntil?: number;
}

const ID = /^[a-z0-9]{1,8}$/;
const SECRET_CHARACTERS_MIN = 32;

/** Throws an Error that names what is wrong, never the secret. */
export function parseKeyRing(text: string): KeyRing {
  const { keys } = (parseJson(text) ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('links/keys: `keys` is no list');
  const ids = new Set<string>();
  const ring = { keys: keys.map((key, index) => parseKey(key, index)) };
  for (const { id } of ring.keys) {
    if (ids.has(id)) throw new Error(`links/keys: key ${id} is there twice`);
    ids.add(id);
  }
  signingKeyOf(ring);
  return ring;
}

/** The key that signs new links. */
export function signingKeyOf(ring: KeyRing): SigningKey {
  const key = ring.keys.find((one) => one.clicksUntil === undefined);
  if (!key) throw new Error('links/keys: every key is retired, so none may sign');
  return key;
}

export function clickKeys(ring: KeyRing, now: number): readonly SigningKey[] {
  return ring.keys.filter((key) => key.clicksUntil === undefined || now < key.clicksUntil);
}

/** Unsubscribe links never expire. */
export function unsubscribeKeys(ring: KeyRing): readonly SigningKey[] {
  return ring.keys;
}

function parseKey(value: unknown, index: number): RingKey {
  const { id, secret, clicksUntil } = (value ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || !ID.test(id)) {
    throw new Error(`links/keys: the id of key ${index} is not 1 to 8 characters of a-z and 0-9`);
  }
  if (typeof secret !== 'string' || secret.length < SECRET_CHARACTERS_MIN) {
    throw new Error(`links/keys: the secret of key ${id} is shorter than ${SECRET_CHARACTERS_MIN}`);
  }
  if (clicksUntil === undefined) return { id, secret };
  if (typeof clicksUntil !== 'number' || !Number.isFinite(clicksUntil)) {
    throw new Error(`links/keys: clicksUntil of key ${id} is no instant in milliseconds`);
  }
  return { id, secret, clicksUntil };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('links/keys: no JSON');
  }
}
