// Goes on where a stop left off: everybody who was not called yet.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { Id } from '#domain/ids.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const ResumeBurstInput = z.strictObject({
  burst: Id,
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

/** Throws Refusal `wrong_state` unless the burst is stopped. */
export async function resumeBurst(
  context: CommandContext,
  input: z.output<typeof ResumeBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, dryRun } = parseInput(ResumeBurstInput, input);
  const { burst, warnings } = await changeBurst(dryIf(context, dryRun), id, 'resume', (header) =>
    advance(header, { kind: 'resume', now: context.clock.now() }),
  );
  return { ...describeBurst(burst), warnings };
}
