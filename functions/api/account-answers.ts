// How accounts, tokens, suppressions and the audit log look when they are answered.

import * as z from 'zod/mini';
import { Scope } from '#commands/context.ts';
import { TokenId } from '#commands/list-tokens.ts';
import { AuditEntry } from '#domain/audit-chain.ts';
import { Id, InstantSchema, Mark } from '#domain/ids.ts';

export const ConnectionAnswer = z.strictObject({
  id: Id,
  channel: z.string(),
  baseUrl: z.string(),
  account: z.optional(z.string()),
});

export const IssuedTokenAnswer = z.strictObject({
  id: TokenId,
  name: Mark,
  scopes: z.array(Scope),
  token: z.string(),
  expiresAt: z.optional(InstantSchema),
});

export const TokenAnswer = z.strictObject({
  id: TokenId,
  name: Mark,
  scopes: z.array(z.string()),
  issuedAt: z.optional(InstantSchema),
  issuedBy: z.optional(Mark),
  expiresAt: z.optional(InstantSchema),
  revokedAt: z.optional(InstantSchema),
  works: z.boolean(),
});

export const TokensAnswer = z.strictObject({
  tokens: z.array(TokenAnswer),
  next: z.optional(TokenId),
});

export const SuppressedAnswer = z.strictObject({
  digest: z.string(),
  reason: z.string(),
  at: InstantSchema,
});

export const AuditAnswer = z.strictObject({
  entries: z.array(AuditEntry),
  next: z.optional(z.int()),
});
