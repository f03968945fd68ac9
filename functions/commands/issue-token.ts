// Makes a token for a person or a system; it is shown once and kept nowhere.

import * as z from 'zod/mini';
import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import { Mark } from '#domain/ids.ts';
import { savePrincipal } from '#store/principals.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope, Scope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const IssueTokenInput = z.strictObject({
  /** Stands in approvals and in the audit log. */
  name: Mark,
  scopes: z.array(Scope).check(z.minLength(1), z.maxLength(4)),
  /** How long it works: `12h`, `90d`; until it is revoked where this is not said. */
  valid: z.optional(z.string().check(z.maxLength(20))),
});

export interface IssuedToken {
  /** Names the token in lists and when it is revoked. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** 256 bits of chance. */
  readonly token: string;
  readonly expiresAt?: number;
}

const VALID_MS_MAX = 400 * 86_400_000;

export async function issueToken(
  context: CommandContext,
  input: z.output<typeof IssueTokenInput>,
): Promise<IssuedToken> {
  requireScope(context, 'admin');
  const { name, scopes, valid } = parseInput(IssueTokenInput, input);
  const issuedAt = context.clock.now();
  const expiry = valid === undefined ? {} : { expiresAt: issuedAt + validMs(valid) };
  const token = context.newToken();
  const principal = { name, scopes, issuedAt, issuedBy: context.principal.name, ...expiry };
  const id = await savePrincipal(context.table, token, principal);
  await auditDeployment(context, 'issue_token', { token: id, name, scopes, ...expiry });
  return { id, name, scopes, token, ...expiry };
}

function validMs(text: string): number {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds >= 60_000 && milliseconds <= VALID_MS_MAX) return milliseconds;
  const limit = '1m to 400d';
  throw new Refusal('input_invalid', `valid: a token works for ${limit}`, {
    field: 'valid',
    limit,
  });
}
