// A release in which nothing can be called before some later instant: handed over until then.

import { type Burst, legStartAt } from '#domain/burst.ts';
import { isActive, isFinal, type LegSummary } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';
import { settleDoubts } from './settle-doubts.ts';

/**
 * Hands over with the first instant at which a leg has something to do, when every open leg waits
 * for one. What is in doubt is settled meanwhile, so it is looked at sooner while there is any.
 */
export async function waitIfAllWait(
  ports: RunnerPorts,
  holding: Holding,
  waits: ReadonlyMap<string, number>,
): Promise<void> {
  const { burst } = holding;
  if (burst.state !== 'releasing') return;
  const now = ports.clock.now();
  const open = burst.legs.filter((leg) => !isFinal(leg.state));
  const isPostInDoubt = open.some((leg) => leg.state === 'in_doubt');
  const instants = open
    .filter((leg) => leg.state !== 'in_doubt')
    .map((leg) => waits.get(leg.name) ?? startOf(burst, leg));
  if (instants.length === 0 || !instants.every((at) => at > now)) return;
  const doubts = await settleDoubts(ports, holding);
  const isInDoubt = isPostInDoubt || doubts.waiting > 0;
  const lookAt = isInDoubt ? now + limits.lookAgainMs : Number.POSITIVE_INFINITY;
  await holding.handOver(Math.floor(Math.min(...instants, lookAt)));
}

/** When a leg that has not started has to be claimed; a leg that has started waits for nothing. */
function startOf(burst: Burst, leg: LegSummary): number {
  const startAt = isActive(leg) ? legStartAt(burst, leg) : undefined;
  return (startAt ?? 0) - limits.commitLeadMs;
}
