// Which URLs may be called at all, decided from their text alone.

import { isIP } from 'node:net';
import { Refusal } from '#domain/faults.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/**
 * Where loopback may be called: nowhere (absent), at these `host:port`, or (`true`) at any
 * loopback address, `localhost` and names below it. Plain http and any port come with it.
 */
export type Loopback = boolean | ReadonlySet<string>;

export interface Target {
  readonly secure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query, as it is sent. */
  readonly path: string;
  /** The Host header. */
  readonly authority: string;
  readonly loopback: boolean;
}

const LENGTH_MAX = 2_048;
const SHAPE = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?:\/[!"$-~]*)?$/;
const NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const INNER = /\.(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/;

/**
 * Throws Refusal `address_refused` for any URL that must not be stored or called: another scheme,
 * a port other than 443 (80 goes with http), credentials, a private address in whatever spelling,
 * a name without a dot, or a text that two parsers could read differently.
 * Names are looked up only when the URL is used: what they resolve to is checked then.
 */
export function checkUrl(url: string, loopback: Loopback = false): void {
  targetOf(url, loopback);
}

/** The parts of a URL that passed `checkUrl`. */
export function targetOf(url: string, loopback: Loopback = false): Target {
  if (url.length > LENGTH_MAX)
    throw refusal(`it has ${url.length} characters`, `at most ${LENGTH_MAX}`);
  const [, scheme, rawHost, rawPort] = SHAPE.exec(url) ?? [];
  if (scheme === undefined || rawHost === undefined) {
    throw refusal('it is no plain https URL in lower case, without credentials or fragment');
  }
  requireAgreement(url);
  const secure = scheme === 'https';
  const host = rawHost.replace(/^\[(.*)\]$/, '$1');
  const port = rawPort === undefined ? (secure ? 443 : 80) : Number(rawPort);
  const authority = rawPort === undefined ? rawHost : `${rawHost}:${rawPort}`;
  const allowed = isAllowedLoopback(host, port, loopback);
  if (!allowed) requirePublic(secure, host, port);
  const path = url.slice(url.indexOf(authority, scheme.length) + authority.length) || '/';
  return { secure, host, port, path, authority, loopback: allowed };
}

/** Node's parser must read exactly what stands there: no short, decimal or encoded hosts. */
function requireAgreement(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url).href : '';
  if (parsed === url || parsed === `${url}/`) return;
  throw refusal('parsers could read it differently; write it in its plain form');
}

function requirePublic(secure: boolean, host: string, port: number): void {
  if (!secure) throw refusal('it is http', 'https only');
  if (port !== 443) throw refusal(`it names port ${port}`, '443 only');
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw refusal(`${host} is no public address`);
  } else if (!NAME.test(host) || INNER.test(host)) {
    throw refusal(`${host} is no public host name`);
  }
}

function isAllowedLoopback(host: string, port: number, loopback: Loopback): boolean {
  if (typeof loopback !== 'boolean') return loopback.has(`${host}:${port}`);
  return loopback && (isLoopbackAddress(host) || /^(?:.+\.)?localhost$/.test(host));
}

export function refusal(why: string, limit?: string): Refusal {
  const details = { field: 'url', ...(limit !== undefined && { limit }) };
  return new Refusal('address_refused', `the address is refused: ${why}`, details);
}
