// Ends a token: the next request with it is refused.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { revokePrincipal } from '#store/principals.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { TokenId, type TokenView, tokenView } from './list-tokens.ts';
import { parseInput } from './parse-input.ts';

export const RevokeTokenInput = z.strictObject({ token: TokenId });

/** Revoking a revoked token changes nothing. Throws Refusal `token_unknown`. */
export async function revokeToken(
  context: CommandContext,
  input: z.output<typeof RevokeTokenInput>,
): Promise<TokenView> {
  requireScope(context, 'admin');
  const { token } = parseInput(RevokeTokenInput, input);
  const now = context.clock.now();
  const revoked = await revokePrincipal(context.table, token, now);
  if (!revoked) {
    throw new Refusal('token_unknown', `there is no token ${token}`, { field: 'token' });
  }
  await auditDeployment(context, 'revoke_token', { token, name: revoked.name });
  return tokenView(revoked, now);
}
