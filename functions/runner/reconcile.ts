// After the sending: what was left in doubt is settled by evidence, never by guessing.

import { isFinal } from '#domain/leg.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts, TickOptions } from './ports.ts';

export async function reconcile(
  ports: RunnerPorts,
  holding: Holding,
  _options: TickOptions,
): Promise<void> {
  const { burst } = holding;
  const now = ports.clock.now();
  const isOpen = burst.legs.some((leg) => !isFinal(leg.state));
  const nextAt = isOpen ? now + 60_000 : (burst.measureUntil ?? now);
  await holding.handOver(nextAt);
}
