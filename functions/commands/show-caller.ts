// Who is asking, by the token the request came with.

import * as z from 'zod/mini';
import { type CommandContext, requireScope, type Scope } from './context.ts';

export const ShowCallerInput = z.strictObject({});

export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Where this deployment serves tracked links. */
  readonly linkBase: string;
}

export async function showCaller(context: CommandContext): Promise<Caller> {
  requireScope(context, 'viewer');
  const { principal, linkBase } = context;
  return { name: principal.name, scopes: [...principal.scopes], linkBase };
}
