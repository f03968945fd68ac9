// Ends a burst before its release: nothing leaves.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { Id } from '#domain/ids.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const CancelBurstInput = z.strictObject({
  burst: Id,
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

/** Wins until two seconds before the moment. Throws Refusal `wrong_state` once release has begun (stop it). */
export async function cancelBurst(
  context: CommandContext,
  input: z.output<typeof CancelBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, dryRun } = parseInput(CancelBurstInput, input);
  const { burst, warnings } = await changeBurst(dryIf(context, dryRun), id, 'cancel', (header) =>
    advance(header, { kind: 'cancel', now: context.clock.now() }),
  );
  return { ...describeBurst(burst), warnings };
}
