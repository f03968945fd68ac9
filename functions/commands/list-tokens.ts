// Who has a token, page by page; never the tokens themselves.

import * as z from 'zod/mini';
import { type ListedPrincipal, listPrincipals } from '#store/principals.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

/** As `issueToken` names them. */
export const TokenId = z
  .string()
  .check(z.regex(/^[0-9a-f]{16}$/, 'a token id is 16 of 0-9 and a-f'));

export const ListTokensInput = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
  /** The `next` of the page before. */
  after: z.optional(TokenId),
});

export interface TokenView extends ListedPrincipal {
  readonly works: boolean;
}

export interface ListedTokens {
  readonly tokens: readonly TokenView[];
  readonly next?: string;
}

export async function listTokens(
  context: CommandContext,
  input: z.output<typeof ListTokensInput>,
): Promise<ListedTokens> {
  requireScope(context, 'admin');
  const { limit = 50, after } = parseInput(ListTokensInput, input);
  const { principals, next } = await listPrincipals(context.table, limit, after);
  const now = context.clock.now();
  const tokens = principals.map((principal) => tokenView(principal, now));
  return next === undefined ? { tokens } : { tokens, next };
}

export function tokenView(principal: ListedPrincipal, now: number): TokenView {
  const { revokedAt, expiresAt = Number.POSITIVE_INFINITY } = principal;
  return { ...principal, works: revokedAt === undefined && now < expiresAt };
}
