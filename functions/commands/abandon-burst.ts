// Ends a stopped burst for good: what has gone out is measured, the rest is never sent.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { Id } from '#domain/ids.ts';
import { loadPlan } from '#store/plans.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const AbandonBurstInput = z.strictObject({
  burst: Id,
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

/** Throws Refusal `wrong_state` unless the burst is stopped. */
export async function abandonBurst(
  context: CommandContext,
  input: z.output<typeof AbandonBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, dryRun } = parseInput(AbandonBurstInput, input);
  const { burst, warnings } = await changeBurst(
    dryIf(context, dryRun),
    id,
    'abandon',
    async (header) => {
      const { id: burstId, contentHash, momentAt } = header;
      const now = context.clock.now();
      const windowMs =
        header.state === 'stopped'
          ? (await loadPlan(context.table, burstId, contentHash)).registration.windowMs
          : 0;
      return advance(header, { kind: 'abandon', now, measureUntil: (momentAt ?? now) + windowMs });
    },
  );
  // A stop had switched the sending off; whatever is sent next goes through the same set.
  if (!dryRun) await context.setSending(id, true).catch(() => undefined);
  return { ...describeBurst(burst), warnings };
}
