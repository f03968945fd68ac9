// The line by which an alarm sees how late a leg started.

import type { Sending } from './sending.ts';

/** @param latenessMs from the leg's own moment to its first call; absent while there is no moment */
export function tellReleased(sending: Sending, leg: string, latenessMs: number | undefined): void {
  if (latenessMs === undefined) return;
  sending.ports.log.info('released', { burst: sending.plan.burst, leg, latenessMs });
}
