// Who may use the API: found by the digest of a token, which itself is kept nowhere.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { InstantSchema, Mark } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { putSame, unlessRevoked } from './save.ts';

export const Principal = z.strictObject({
  /** As it stands in approvals and audit entries. */
  name: Mark,
  scopes: z.array(z.string()),
  issuedAt: z.optional(InstantSchema),
  issuedBy: z.optional(Mark),
  /** From then on nobody has this token any more. */
  expiresAt: z.optional(InstantSchema),
  revokedAt: z.optional(InstantSchema),
});
export type Principal = z.output<typeof Principal>;

/** A principal as lists show it: under a name that says nothing about the token. */
export interface ListedPrincipal extends Principal {
  readonly id: string;
}

const PARTITION = 'C#principal';
const Listing = z.strictObject({ digest: z.string() });

/**
 * Gives the holder of a token a name and scopes; replaces what the token had before, unless it was
 * revoked. Listed first: a listing without a principal is skipped by whoever reads, one that is
 * missing would never be seen.
 * @returns the id under which it is listed
 */
export async function savePrincipal(
  table: Table,
  token: string,
  principal: Principal,
): Promise<string> {
  const digest = digestOf(token);
  const id = digest.slice(0, 16);
  const item = toItem(Principal, keys.principal(digest), principal);
  await putSame(table, toItem(Listing, { pk: PARTITION, sk: id }, { digest }));
  await putSame(table, item, unlessRevoked);
  return id;
}

/** Who holds this token, or undefined; read strongly, so that a change counts at once. */
export async function findPrincipal(table: Table, token: string): Promise<Principal | undefined> {
  return load(table, digestOf(token));
}

/** In the order of their ids, at most `limit`, after the one given; one read for each. */
export async function listPrincipals(
  table: Table,
  limit: number,
  after?: string,
): Promise<{ readonly principals: readonly ListedPrincipal[]; readonly next?: string }> {
  const page = await table.query({
    pk: PARTITION,
    limit,
    ...(after === undefined ? {} : { after: { pk: PARTITION, sk: after } }),
  });
  const found = await Promise.all(
    page.items.map(async (item) => {
      const principal = await load(table, fromItem(Listing, item).digest);
      return principal && { id: item.sk, ...principal };
    }),
  );
  const principals = found.filter((one) => one !== undefined);
  return page.next ? { principals, next: page.next.sk } : { principals };
}

/** Ends a token; undefined when there is none of this id. Repeating it keeps the first instant. */
export async function revokePrincipal(
  table: Table,
  id: string,
  now: number,
): Promise<ListedPrincipal | undefined> {
  const item = await table.get({ pk: PARTITION, sk: id }, { consistent: true });
  const digest = item && fromItem(Listing, item).digest;
  const principal = digest === undefined ? undefined : await load(table, digest);
  if (digest === undefined || !principal) return undefined;
  const revoked = { ...principal, revokedAt: principal.revokedAt ?? now };
  await putSame(table, toItem(Principal, keys.principal(digest), revoked));
  return { id, ...revoked };
}

async function load(table: Table, digest: string): Promise<Principal | undefined> {
  const item = await table.get(keys.principal(digest), { consistent: true });
  return item && fromItem(Principal, item);
}

/** A plain digest is enough for a random token of at least 128 bits. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
