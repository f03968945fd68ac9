// Gives back what was claimed for a leg that in the end never left.

import { releaseVoid } from '#domain/lane.ts';
import { listLanes, saveLane } from '#store/lanes.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

/**
 * A commit that failed half-way leaves windows claimed. If go/no-go then drops the leg, nobody
 * will ever send or settle them: no call was made under them, since the leg was never committed.
 */
export async function freeLanes(ports: RunnerPorts, holding: Holding): Promise<void> {
  const { burst, epoch } = holding;
  const gone = burst.legs.filter((leg) => leg.state === 'dropped' || leg.state === 'missed');
  if (!gone.some((leg) => leg.channel === 'email')) return;
  for (const lane of await listLanes(ports.table, burst.id, burst.lanes)) {
    if (!lane.window || !gone.some((leg) => leg.name === lane.leg)) continue;
    await saveLane(ports.table, lane, releaseVoid(lane, epoch), ports.entropy.id());
  }
}
