// One simulated reader's browser. Every request says in a header that it is simulated.

import { seededRandom } from '../demo/seeded-random.ts';

export interface Visitor {
  readonly agent: string;
  /** From 198.18.0.0/15, which is set aside for measurements and belongs to nobody. */
  readonly address: string;
}

const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
];

export function personVisitor(seed: number): Visitor {
  const random = seededRandom(seed);
  const part = (below: number) => Math.floor(random() * below);
  return {
    agent: AGENTS[part(AGENTS.length)] ?? '',
    address: `198.${18 + part(2)}.${part(256)}.${1 + part(254)}`,
  };
}

/** A mail gateway pretends to be a browser and comes from one network. */
export function gatewayVisitor(seed: number): Visitor {
  return {
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36',
    address: `198.19.255.${1 + (Math.abs(seed) % 8)}`,
  };
}

/** Other servers of the network fetch a post's link to show a preview. */
export function previewVisitor(index: number): Visitor {
  return {
    agent: `Mastodon/4.5.${index % 4} (http.rb/5.3.1; +https://social${index}.example.org/) Bot`,
    address: `198.18.${index % 256}.53`,
  };
}

export interface Visited {
  readonly status: number;
  /** Where a redirect led, if it did. */
  readonly location?: string;
  readonly body: string;
}

/** One request, redirects not followed. Whatever goes wrong is an answer of status 0. */
export async function visit(
  url: string,
  visitor: Visitor,
  init: { readonly method?: string; readonly body?: string; readonly type?: string } = {},
): Promise<Visited> {
  const { method = 'GET', body, type } = init;
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'user-agent': visitor.agent,
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'accept-language': 'en-US,en;q=0.9',
        'x-volley-crowd': visitor.address,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(10_000),
    });
    const location = answer.headers.get('location');
    const text = await answer.text();
    return { status: answer.status, body: text, ...(location === null ? {} : { location }) };
  } catch {
    return { status: 0, body: '' };
  }
}
