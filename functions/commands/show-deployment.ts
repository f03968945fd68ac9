// Whether everything this deployment sends through answers: the email account and each connection.

import * as z from 'zod/mini';
import type { Quota } from '#channels/contract.ts';
import { codeOf } from '#domain/faults.ts';
import { listConnections } from '#store/connections.ts';
import { type CommandContext, requireScope } from './context.ts';

export const ShowDeploymentInput = z.strictObject({});

export interface ShownDeployment {
  readonly linkBase: string;
  readonly quota?: Quota;
  /** Why the email account could not be asked. */
  readonly quotaProblem?: string;
  readonly connections: readonly ConnectionState[];
}

export interface ConnectionState {
  readonly connection: string;
  readonly channel: string;
  readonly baseUrl: string;
  /** Whose account its token opens. */
  readonly account?: string;
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Asks every server once and changes nothing. */
export async function showDeployment(context: CommandContext): Promise<ShownDeployment> {
  requireScope(context, 'viewer');
  const { channels, linkBase, table } = context;
  const [quota, connections] = await Promise.all([
    channels.quota().then(
      (known) => ({ quota: known }),
      (error: unknown) => ({ quotaProblem: codeOf(error) }),
    ),
    listConnections(table),
  ]);
  const states = connections.map(async ({ id, channel, baseUrl }): Promise<ConnectionState> => {
    const base = { connection: id, channel, baseUrl };
    try {
      return { ...base, account: await channels.accountOf(channel, id) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...base, problem: { code: codeOf(error), message } };
    }
  });
  return { linkBase, ...quota, connections: await Promise.all(states) };
}
