// A release in which nothing can be called before some later instant: handed over until then.

import { isFinal } from '#domain/leg.ts';
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
  if (waits.size === 0 || holding.burst.state !== 'releasing') return;
  const open = holding.burst.legs.filter((leg) => !isFinal(leg.state));
  const isPostInDoubt = open.some((leg) => leg.state === 'in_doubt');
  const sending = open.filter((leg) => leg.state !== 'in_doubt');
  if (!sending.every((leg) => waits.has(leg.name))) return;
  const doubts = await settleDoubts(ports, holding);
  const lookAt = ports.clock.now() + limits.lookAgainMs;
  const isInDoubt = isPostInDoubt || doubts.waiting > 0;
  const nextAt = Math.min(...waits.values(), isInDoubt ? lookAt : Number.POSITIVE_INFINITY);
  await holding.handOver(Math.floor(nextAt));
}
