// Who may be the same reader, without keeping who it is: keyed digests that change every UTC day.

import { createHmac } from 'node:crypto';

const DAY_MS = 86_400_000;
const DIGEST_BYTES = 12;

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

/** Address prefix, agent and UTC day: 96 bits as base64url. */
export function visitorDigest(reader: Reader, key: string): string {
  return digest(`visitor\n${addressPrefix(reader.address)}\n${reader.agent}`, reader.at, key);
}

/** Address prefix and UTC day alone: tells whether many clicks came from one network. */
export function networkDigest(reader: Reader, key: string): string {
  return digest(`network\n${addressPrefix(reader.address)}`, reader.at, key);
}

function digest(text: string, at: number, key: string): string {
  return createHmac('sha256', key)
    .update(`${text}\n${Math.floor(at / DAY_MS)}`)
    .digest()
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
}
