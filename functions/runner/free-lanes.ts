// Gives back what was claimed for a leg that in the end never left.

import { releaseVoid } from '#domain/lane.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import { saveLane } from '#store/lanes.ts';
import type { Holding } from './holding.ts';
import { fenceLane } from './lane-claims.ts';
import type { RunnerPorts } from './ports.ts';

/**
 * A commit that failed half-way leaves windows claimed. If go/no-go then drops the leg, nobody
 * will ever send or settle them: no call was made under them, since the leg was never committed.
 * Every lane of it is written under this epoch, so that a runner that slept in the middle of its
 * commit claims none when it wakes up.
 */
export async function freeLanes(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
): Promise<void> {
  const { burst, epoch } = holding;
  const gone = burst.legs.filter((leg) => leg.state === 'dropped' || leg.state === 'missed');
  for (const range of head.lanes) {
    if (!gone.some((leg) => leg.name === range.leg)) continue;
    const lane = await fenceLane(ports, holding, head, range);
    if (!lane.window) continue;
    await saveLane(ports.table, lane, releaseVoid(lane, epoch), ports.entropy.id());
  }
}
