// Whose token a request carries.

import { type Principal, Scope } from '#commands/context.ts';
import { isSameSecret } from '#commands/secret-digest.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import type { Secrets, Table } from '#domain/ports.ts';
import { findPrincipal } from '#store/principals.ts';

/** The token of whoever set the deployment up; it makes the others. */
export const ADMIN_TOKEN_SECRET = 'api/admin-token';

const BEARER = /^Bearer ([A-Za-z0-9_-]{20,200})$/i;

/**
 * From the header alone: a token in an address ends up in logs and histories.
 * Throws Refusal `unauthenticated`; a token that was taken back fails with the next request.
 */
export async function authenticate(
  table: Table,
  secrets: Pick<Secrets, 'get'>,
  authorization: string | undefined,
  now: number,
): Promise<Principal> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Refusal('unauthenticated', 'send a token: Authorization: Bearer ...');
  }
  const principal = await findPrincipal(table, token);
  const { revokedAt, expiresAt = Number.POSITIVE_INFINITY } = principal ?? {};
  if (principal && revokedAt === undefined && now < expiresAt) {
    const scopes = principal.scopes.flatMap((scope) => Scope.safeParse(scope).data ?? []);
    return { name: principal.name, scopes: new Set(scopes) };
  }
  if (await isAdminToken(secrets, token)) return { name: 'admin', scopes: new Set(['admin']) };
  throw new Refusal('unauthenticated', 'nobody has this token');
}

async function isAdminToken(secrets: Pick<Secrets, 'get'>, token: string): Promise<boolean> {
  let wanted: string;
  try {
    wanted = await secrets.get(ADMIN_TOKEN_SECRET);
  } catch (error) {
    // Without the parameter nobody is admin by it; fail closed, and let everybody else in.
    if (error instanceof Fault) return false;
    throw error;
  }
  return wanted.trim().length >= 20 && isSameSecret(token, wanted.trim());
}
