// The line by which an alarm sees that a leg started late.

import type { Sending } from './sending.ts';

/** Later than this after its moment is worth a look; after a fire the promise is a second. */
const ALLOWED_MS = { planned: 250, fired: 1_000 } as const;

/** @param latenessMs from the leg's own moment to its first call; absent while there is no moment */
export function tellReleased(sending: Sending, leg: string, latenessMs: number | undefined): void {
  if (latenessMs === undefined) return;
  const { firedAt } = sending.holding.burst;
  const allowedMs = firedAt === undefined ? ALLOWED_MS.planned : ALLOWED_MS.fired;
  const overdueMs = Math.max(0, latenessMs - allowedMs);
  sending.ports.log.info('released', { burst: sending.plan.burst, leg, latenessMs, overdueMs });
}
