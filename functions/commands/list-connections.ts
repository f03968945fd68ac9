// Connected accounts: where they are, never their secrets.

import * as z from 'zod/mini';
import { listConnections } from '#store/connections.ts';
import type { ConnectedAccount } from './connect-account.ts';
import { type CommandContext, requireScope } from './context.ts';
import { pageFields, pageOf } from './page-of.ts';
import { parseInput } from './parse-input.ts';

export const ListConnectionsInput = z.strictObject(pageFields);

export interface ListedConnections {
  readonly connections: readonly ConnectedAccount[];
  readonly next?: string;
}

export async function showConnections(
  context: CommandContext,
  input: z.output<typeof ListConnectionsInput>,
): Promise<ListedConnections> {
  requireScope(context, 'viewer');
  const wanted = parseInput(ListConnectionsInput, input);
  const all = await listConnections(context.table);
  const { page, next } = pageOf(all, wanted, ({ id }) => id);
  const connections = page.map(({ secretName: _secret, ...shown }) => shown);
  return next === undefined ? { connections } : { connections, next };
}
