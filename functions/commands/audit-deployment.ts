// Entries of the deployment's own chain: commands that concern no single burst.

import { appendAudit } from '#store/audit-log.ts';
import type { CommandContext } from './context.ts';

/** Throws Fault when the entry could not be written: the command is then answered as failed. */
export async function auditDeployment(
  context: CommandContext,
  what: string,
  after: object,
): Promise<void> {
  await appendAudit(context.table, {
    at: context.clock.now(),
    by: context.principal.name,
    what,
    after,
    id: context.entropy.id(),
  });
}
