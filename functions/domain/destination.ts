// Where a call finally leads: only addresses about which every parser agrees.

import { domainToASCII } from 'node:url';

export type ParsedDestination =
  | { readonly kind: 'destination'; readonly url: string; readonly host: string }
  | { readonly kind: 'refused'; readonly message: string; readonly limit?: string };

/** What stands for our click id in a destination. */
export const CLICK = '{click}';

const LENGTH_MAX = 2_000;
const SHAPE = /^(https?):\/\/([^/?#]+)([/?#].*)?$/i;
const AUTHORITY = /^([\p{L}\p{N}\p{M}.-]+)(?::(\d{1,5}))?$/u;

/**
 * An absolute http or https address with a plain host, in ASCII; `{click}` may stand after the
 * host, and no other braces. Refused: other schemes, credentials, backslashes, encoded dots in
 * the host, control characters plain or encoded, and the link host itself (a loop).
 */
export function parseDestination(text: string, linkHost?: string): ParsedDestination {
  if (text.length > LENGTH_MAX) {
    return refused('the destination is too long', `at most ${LENGTH_MAX} characters`);
  }
  const problem = textProblem(text);
  if (problem) return refused(problem);
  const [, scheme = '', authority = '', rest = ''] = SHAPE.exec(text) ?? [];
  if (scheme === '') return refused('a destination starts with https:// or http://');
  const [, name, port] = AUTHORITY.exec(authority) ?? [];
  if (name === undefined) return refused(`the host "${authority.slice(0, 80)}" is malformed`);
  const host = domainToASCII(name);
  if (host === '' || (port !== undefined && Number(port) > 65_535)) {
    return refused(`the host "${authority.slice(0, 80)}" is malformed`);
  }
  // A stated default port is the same place: `:443` must not get a link past the check for loops.
  const usual = scheme.toLowerCase() === 'https' ? '443' : '80';
  const full = port === undefined || Number(port) === Number(usual) ? host : `${host}:${port}`;
  if (full === linkHost) return refused('a tracked link must not lead to another tracked link');
  const tail = rest.replace(/[^\u0021-\u007e]+/g, encodeURIComponent);
  return {
    kind: 'destination',
    url: `${scheme.toLowerCase()}://${full}${tail || '/'}`,
    host: full,
  };
}

function textProblem(text: string): string | undefined {
  if (/[\p{Cc}\s]/u.test(text)) {
    return 'the destination holds a blank or control character';
  }
  if (/%(?:0[0-9a-f]|1[0-9a-f]|7f)/i.test(text)) {
    return 'the destination holds an encoded control character';
  }
  // Everything up to the first slash is the host for some parser, whatever stands in it.
  if (/^https?:\/\/[^/]*@/i.test(text)) return 'the destination holds an @ next to its host';
  if (text.includes('\\')) return 'the destination holds a backslash';
  // Lone surrogates have no encoding.
  if (!text.isWellFormed()) return 'the destination holds half a character';
  const braces = text.split(CLICK).join('');
  if (/[{}]/.test(braces)) return `of all things in braces a destination knows ${CLICK} only`;
  return undefined;
}

export interface UtmFields {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly content: string;
}

/** The address with the UTM parameters it does not state itself; everything else stays as it was. */
export function withUtm(url: string, utm: UtmFields): string {
  const [, base = url, query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url) ?? [];
  const stated = new Set(
    query
      .slice(1)
      .split('&')
      .map((pair) => pair.split('=')[0]?.toLowerCase()),
  );
  const added = Object.entries(utm)
    .filter(([name]) => !stated.has(`utm_${name}`))
    .map(([name, value]) => `utm_${name}=${encodeURIComponent(value)}`);
  const pairs = [query.slice(1), ...added].filter((part) => part !== '');
  return `${base}${pairs.length === 0 ? query : `?${pairs.join('&')}`}${fragment}`;
}

function refused(message: string, limit?: string): ParsedDestination {
  return limit === undefined ? { kind: 'refused', message } : { kind: 'refused', message, limit };
}
