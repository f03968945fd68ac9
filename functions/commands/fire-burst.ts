// Releases a burst on stand-by, now.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { Id, Name } from '#domain/ids.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { requireEnvelope } from './require-envelope.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const FireBurstInput = z.strictObject({
  burst: Id,
  /** Which of the planned outcomes came true; the others are dropped in the same write. */
  outcome: z.optional(Name),
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

/**
 * T is the moment of the durable write. A runner on stand-by sees it within 250 ms; one is started
 * when none holds the lease.
 * Throws Refusal `wrong_state`, `too_early`, `too_late`, `not_approved`, `approval_expired`,
 * `outcome_missing`, `outcome_unknown` or `outside_envelope`.
 */
export async function fireBurst(
  context: CommandContext,
  input: z.output<typeof FireBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, outcome, dryRun } = parseInput(FireBurstInput, input);
  const { burst, warnings } = await changeBurst(
    dryIf(context, dryRun),
    id,
    'fire',
    async (header) => {
      const now = context.clock.now();
      await requireEnvelope(context, header, now);
      const chosen = outcome === undefined ? {} : { outcome };
      return advance(header, { kind: 'fire', now, ...chosen });
    },
  );
  return { ...describeBurst(burst), warnings };
}
