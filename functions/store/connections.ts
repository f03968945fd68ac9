// Accounts on channels: where they are and the name of their secret, never the secret.

import * as z from 'zod/mini';
import { Id, Name } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { queryAll } from './query-all.ts';
import { putSame } from './save.ts';

export const Connection = z.strictObject({
  id: Id,
  /** The channel's name: `mastodon`. */
  channel: Name,
  /** `https://social.example.org`, without a trailing slash. */
  baseUrl: z.string(),
  /** Under which name the credentials stand in the secrets store. */
  secretName: z.string(),
  /** The account's handle, for people. */
  account: z.optional(z.string()),
});
export type Connection = z.output<typeof Connection>;

export async function saveConnection(table: Table, connection: Connection): Promise<void> {
  await putSame(table, toItem(Connection, keys.connection(connection.id), connection));
}

export async function loadConnection(table: Table, id: string): Promise<Connection | undefined> {
  const item = await table.get(keys.connection(id));
  return item && fromItem(Connection, item);
}

/** By id. */
export async function listConnections(table: Table): Promise<Connection[]> {
  const items = await queryAll(table, { pk: keys.connections });
  return items.map((item) => fromItem(Connection, item));
}
