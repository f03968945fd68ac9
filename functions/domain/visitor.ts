// Who may be the same reader, without keeping who it is: keyed digests that change every UTC day.

import { hash } from 'node:crypto';
import { hmacSha256Text } from './hmac.ts';

const DAY_MS = 86_400_000;
const DIGEST_CHARACTERS = 16;

/** The network part of an address: /24 of IPv4, /48 of IPv6; the whole text of anything else. */
export function addressPrefix(address: string): string {
  const four = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address);
  if (four?.[1]) return four[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

export interface Reader {
  readonly address: string;
  readonly agent: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ReaderDigests {
  /** Address prefix, agent and UTC day: 96 bits as base64url. */
  readonly visitor: string;
  /** Address prefix and UTC day alone: tells whether many clicks came from one network. */
  readonly network: string;
}

/**
 * Hashes under a salt of the day, which only the key's holder can make. Cut off, so that nothing
 * can be put behind them.
 */
export function readerDigests(reader: Reader, key: string): ReaderDigests {
  const salted = `${saltOf(Math.floor(reader.at / DAY_MS), key)}\n${addressPrefix(reader.address)}`;
  const network = hash('sha256', salted, 'base64url');
  const visitor = hash('sha256', `${salted}\n${reader.agent}`, 'base64url');
  return {
    visitor: visitor.slice(0, DIGEST_CHARACTERS),
    network: network.slice(0, DIGEST_CHARACTERS),
  };
}

/** The salt that was made last: a function's life has few days and one key. */
let kept = { day: -1, key: '', salt: '' };

function saltOf(day: number, key: string): string {
  if (kept.day !== day || kept.key !== key) {
    kept = { day, key, salt: hmacSha256Text(key, `visitors\n${day}`) };
  }
  return kept.salt;
}
