// An unsubscribe link: GET asks, POST acts (RFC 8058), and answers only once it is written.

import type { KeyRing } from '#domain/key-ring.ts';
import type { Log } from '#domain/ports.ts';
import { type Claims, verify } from '#domain/token.ts';
import { type LeavingTable, suppressByLink } from '#store/suppress-by-link.ts';
import { formField } from './form-field.ts';
import {
  bodyOf,
  type HttpEvent,
  type HttpResult,
  NOT_FOUND,
  TRY_AGAIN,
  tokenOf,
} from './http-event.ts';
import { CONFIRM_FIELD, donePage, questionPage } from './unsubscribe-page.ts';

export interface UnsubscribePorts {
  readonly now: () => number;
  readonly linkHost: string;
  readonly table: LeavingTable;
  readonly keyRing: () => Promise<KeyRing>;
  readonly log: Log;
}

const BODY_BYTES_MAX = 16_384;
/** Keyed digest of the address: the token's `call` when its purpose is to unsubscribe. */
const DIGEST = /^[A-Za-z0-9_-]{22}$/;

/**
 * Answers `GET`, `HEAD` and `POST` of `/u/<token>`. Tokens never expire and retired keys verify
 * them. Only the token says who leaves; every other field is ignored. 503 while it could not be
 * written: the sender of a one-click request then tries again.
 */
export function createTakeUnsubscribe(
  ports: UnsubscribePorts,
): (event: HttpEvent) => Promise<HttpResult> {
  return async (event) => {
    const { method } = event.requestContext.http;
    const path = tokenOf(event, 'u', ports.linkHost);
    if (!path || !['GET', 'HEAD', 'POST'].includes(method)) return NOT_FOUND;
    let claims: Claims | undefined;
    try {
      const ring = await ports.keyRing();
      claims = verify(path.token, 'unsubscribe', ports.linkHost, ring.unsubscribes);
      if (!claims || !DIGEST.test(claims.call)) return NOT_FOUND;
      if (method !== 'POST') return questionPage();
      return await leave(ports, event, claims);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      const burst = claims && { burst: claims.burst };
      ports.log.error('unsubscribe_unwritten', { ...burst, reason, count: 1 });
      return TRY_AGAIN;
    }
  };
}

async function leave(
  ports: UnsubscribePorts,
  event: HttpEvent,
  claims: Claims,
): Promise<HttpResult> {
  const body = bodyOf(event, BODY_BYTES_MAX) ?? '';
  const contentType = event.headers['content-type'] ?? '';
  const isOneClick = formField(body, contentType, 'List-Unsubscribe')?.trim() === 'One-Click';
  const isConfirmed = formField(body, contentType, CONFIRM_FIELD) === 'yes';
  if (!isOneClick && !isConfirmed) {
    return { ...NOT_FOUND, statusCode: 400, body: 'Expected List-Unsubscribe=One-Click\n' };
  }
  const { burst, ordinal, call: digest } = claims;
  const changed = await suppressByLink(ports.table, { digest, burst, ordinal, now: ports.now });
  if (changed) ports.log.info('unsubscribed', { burst, ordinal, count: 1 });
  return donePage();
}
