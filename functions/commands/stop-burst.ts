// Stops a burst that is being released; what has gone out is said at once.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { type Burst, isLeased } from '#domain/burst.ts';
import { Id } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { type Counts, progressOf, readLedger } from './progress.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const StopBurstInput = z.strictObject({
  burst: Id,
  reason: z.optional(z.string().check(z.maxLength(200), z.regex(/^[^\p{Cc}]*$/u, 'one line'))),
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface StoppedBurst extends ChangedBurstView {
  readonly sent: Counts;
  /** Nothing more can leave. Until then ask again: stopping twice only counts anew. */
  readonly isFinal: boolean;
}

/**
 * Durable once it answers; no provider call starts more than a second later. Stopping a stopped
 * burst gives its counts again. Throws Refusal `wrong_state` (before release: cancel it).
 */
export async function stopBurst(
  context: CommandContext,
  input: z.output<typeof StopBurstInput>,
): Promise<StoppedBurst> {
  requireScope(context, 'operator');
  const { burst: id, reason, dryRun } = parseInput(StopBurstInput, input);
  const { burst, warnings } = await changeBurst(dryIf(context, dryRun), id, 'stop', (header) =>
    advance(header, {
      kind: 'stop',
      now: context.clock.now(),
      reason: reason ?? `stopped by ${context.principal.name}`,
    }),
  );
  const ledger = await readLedger(context.table, burst);
  const now = context.clock.now();
  const { legs: _legs, ...sent } = progressOf(burst, ledger, now);
  const isFinal = isOver(burst, sent, now);
  // The second layer has done its work, and other bursts send through the same configuration set.
  if (isFinal && !dryRun) await context.setSending(id, true).catch(() => undefined);
  return { ...describeBurst(burst), warnings, sent, isFinal };
}

/** A runner may learn of the stop up to a second late; without one nothing can start at all. */
function isOver(burst: Burst, sent: Counts, now: number): boolean {
  if (!isLeased(burst, now)) return true;
  const isKnown = burst.stoppedAt !== undefined && now >= burst.stoppedAt + limits.stopMs;
  const isPostOpen = burst.legs.some((leg) => leg.state === 'claimed');
  return isKnown && sent.inFlight === 0 && !isPostOpen;
}
