// AWS Signature Version 4 for requests whose whole body is at hand. A test holds it against the SDK's signer.

import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Scope {
  readonly region: string;
  /** The signing name: `ses`. */
  readonly service: string;
}

export interface Signable {
  readonly method: string;
  /** Absolute path of unreserved characters and slashes, without a query. */
  readonly path: string;
  /** Lower-case names; every one of them is signed, so `host` has to be among them. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** `20270304T090000Z`, as the `x-amz-date` header carries it. */
export function amzDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * A signer that keeps the day's key, so that a call costs one hash of the body and two HMACs.
 * The returned function gives the `authorization` header of a request that already carries
 * `x-amz-date` and `x-amz-content-sha256` (and `x-amz-security-token` where there is a token).
 * Source: AWS General Reference, "Signature Version 4 signing process".
 */
export function createSigner(scope: Scope): (request: Signable, by: Credentials) => string {
  let kept: { readonly of: string; readonly key: Buffer } | undefined;
  return (request, by) => {
    const date = request.headers['x-amz-date'] ?? '';
    const payload = request.headers['x-amz-content-sha256'] ?? sha256Hex(request.body);
    const day = date.slice(0, 8);
    const of = `${day}\n${by.secretAccessKey}`;
    if (kept?.of !== of) kept = { of, key: signingKey(by.secretAccessKey, day, scope) };
    const names = Object.keys(request.headers).sort();
    const lines = names.map((name) => `${name}:${trimmed(request.headers[name] ?? '')}\n`).join('');
    const signed = names.join(';');
    const canonical = `${request.method}\n${request.path}\n\n${lines}\n${signed}\n${payload}`;
    const credential = `${day}/${scope.region}/${scope.service}/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${date}\n${credential}\n${sha256Hex(canonical)}`;
    const signature = createHmac('sha256', kept.key).update(toSign).digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  };
}

function signingKey(secret: string, day: string, scope: Scope): Buffer {
  const step = (key: Buffer | string, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  return step(step(step(step(`AWS4${secret}`, day), scope.region), scope.service), 'aws4_request');
}

function trimmed(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}
