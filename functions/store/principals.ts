// Who may use the API: found by the digest of a token, which itself is kept nowhere.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { Mark } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

export const Principal = z.strictObject({
  /** As it stands in approvals and audit entries. */
  name: Mark,
  scopes: z.array(z.string()),
});
export type Principal = z.output<typeof Principal>;

/** Gives the holder of a token a name and scopes; replaces what the token had before. */
export async function savePrincipal(
  table: Table,
  token: string,
  principal: Principal,
): Promise<void> {
  await putSame(table, toItem(Principal, keys.principal(digestOf(token)), principal));
}

/** Who holds this token, or undefined; read strongly, so that a change counts at once. */
export async function findPrincipal(table: Table, token: string): Promise<Principal | undefined> {
  const item = await table.get(keys.principal(digestOf(token)), { consistent: true });
  return item && fromItem(Principal, item);
}

/** A plain digest is enough for a random token of at least 128 bits. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
