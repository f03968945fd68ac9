// Makes a token for a person or a system; it is shown once and kept nowhere.

import * as z from 'zod/mini';
import { Mark } from '#domain/ids.ts';
import { savePrincipal } from '#store/principals.ts';
import { type CommandContext, requireScope, Scope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const IssueTokenInput = z.strictObject({
  /** Stands in approvals and in the audit log. */
  name: Mark,
  scopes: z.array(Scope).check(z.minLength(1), z.maxLength(4)),
});

export interface IssuedToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** 256 bits of chance. */
  readonly token: string;
}

export async function issueToken(
  context: CommandContext,
  input: z.output<typeof IssueTokenInput>,
): Promise<IssuedToken> {
  requireScope(context, 'admin');
  const { name, scopes } = parseInput(IssueTokenInput, input);
  const token = context.newToken();
  await savePrincipal(context.table, token, { name, scopes });
  return { name, scopes, token };
}
