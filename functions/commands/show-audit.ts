// The audit log, page by page: who did what, each entry with the hash of the one before.

import * as z from 'zod/mini';
import type { AuditEntry } from '#domain/audit-chain.ts';
import { Id } from '#domain/ids.ts';
import { pageAudit } from '#store/audit-log.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

const page = {
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
  /** The `next` of the page before: the position it ended with. */
  after: z.optional(z.int().check(z.gte(0), z.lte(999_999_998))),
};

export const ShowAuditInput = z.strictObject({ burst: Id, ...page });
export const ShowDeploymentAuditInput = z.strictObject(page);

export interface ShownAudit {
  readonly entries: readonly AuditEntry[];
  readonly next?: number;
}

/** No personal data. Throws Refusal `burst_unknown`. */
export async function showAudit(
  context: CommandContext,
  input: z.output<typeof ShowAuditInput>,
): Promise<ShownAudit> {
  requireScope(context, 'viewer');
  const { burst, limit = 100, after = -1 } = parseInput(ShowAuditInput, input);
  await findBurst(context, burst);
  return pageAudit(context.table, burst, { limit, after });
}

/** Tokens, connections, lists and suppressions: what concerns no single burst. */
export async function showDeploymentAudit(
  context: CommandContext,
  input: z.output<typeof ShowDeploymentAuditInput>,
): Promise<ShownAudit> {
  requireScope(context, 'admin');
  const { limit = 100, after = -1 } = parseInput(ShowDeploymentAuditInput, input);
  return pageAudit(context.table, undefined, { limit, after });
}
