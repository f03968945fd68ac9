// What an HTTP API hands to a function and gets back (payload format 2.0), as far as we look at it.

export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp: string };
  };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/** On every answer of the link domain: one person's link is nobody else's, and no one's to index. */
export const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
} as const;

/** The one answer to whatever is not a link of ours, so that nothing can be learnt from it. */
export const NOT_FOUND: HttpResult = {
  statusCode: 404,
  headers: { ...PRIVATE_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  body: 'Not found\n',
};

/** We could not look: the same request may well succeed in a moment. */
export const TRY_AGAIN: HttpResult = {
  statusCode: 503,
  headers: { ...PRIVATE_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2' },
  body: 'Please try again in a moment\n',
};

const TOKEN_PATH = /^\/([a-z])\/([A-Za-z0-9._-]{1,256})$/;

/** The token of `/<letter>/<token>`, if the request came to our own host with such a path. */
export function tokenOf(event: HttpEvent, letters: string, host: string): TokenPath | undefined {
  if (event.headers.host?.toLowerCase() !== host) return undefined;
  const [, letter, token] = TOKEN_PATH.exec(event.rawPath) ?? [];
  if (letter === undefined || token === undefined || !letters.includes(letter)) return undefined;
  return { letter, token };
}

export interface TokenPath {
  readonly letter: string;
  readonly token: string;
}

/** The body as text; undefined when it is longer than allowed. */
export function bodyOf(event: HttpEvent, bytesMax: number): string | undefined {
  const body = event.body ?? '';
  if (body.length > bytesMax * 2) return undefined;
  const bytes = Buffer.from(body, event.isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length > bytesMax ? undefined : bytes.toString('utf8');
}
