// Connected accounts: where they are, never their secrets.

import * as z from 'zod/mini';
import { listConnections } from '#store/connections.ts';
import type { ConnectedAccount } from './connect-account.ts';
import { type CommandContext, requireScope } from './context.ts';

export const ListConnectionsInput = z.strictObject({});

export async function showConnections(
  context: CommandContext,
): Promise<{ readonly connections: readonly ConnectedAccount[] }> {
  requireScope(context, 'viewer');
  const connections = await listConnections(context.table);
  return { connections: connections.map(({ secretName: _secret, ...shown }) => shown) };
}
