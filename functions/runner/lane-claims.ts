// Reads and claims lanes: the writes that decide who may send which ordinals.

import { claimStanding, closeAndClaim, type Lane, releaseVoid, windowSize } from '#domain/lane.ts';
import type { LaneRange, ManifestHead } from '#domain/manifest.ts';
import { loadLane, saveLane } from '#store/lanes.ts';
import { type Holding, LeaseLost } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

/** The lane as it stands under this freeze; made when it is not there yet or of an older freeze. */
async function openLane(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
  range: LaneRange,
): Promise<Lane> {
  const { table, entropy } = ports;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const stored = await loadLane(table, head.burst, range.lane);
    if (stored && stored.epoch > holding.epoch) throw new LeaseLost('a later epoch owns the lane');
    if (stored && stored.freeze === head.freeze) return stored;
    const fresh: Lane = {
      burst: head.burst,
      lane: range.lane,
      leg: range.leg,
      freeze: head.freeze,
      from: range.from,
      to: range.to,
      next: range.from,
      revision: stored?.revision ?? 0,
      nonce: holding.holder,
      epoch: holding.epoch,
      excepted: 0,
    };
    const saved = await saveLane(table, stored, fresh, entropy.id());
    if (saved.kind === 'saved') return saved.item;
  }
  throw new LeaseLost(`lane ${range.lane} of ${head.burst} changed under our hands`);
}

/**
 * Claims the first window of a lane before the release, with the release's own void rule. A lane
 * that another epoch has claimed and may have called is left to `workLane`.
 */
export async function claimFirst(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
  range: LaneRange,
): Promise<Lane> {
  const lane = await openLane(ports, holding, head, range);
  const standing = claimStanding(lane.window, holding.burst);
  if (standing === 'in_doubt') return lane;
  const { epoch } = holding;
  const free = standing === 'none' ? lane : releaseVoid(lane, epoch);
  const size = windowSize(head.perSecond);
  const next = closeAndClaim(free, { epoch, size, now: ports.clock.now(), excepted: 0 });
  const saved = await saveLane(ports.table, lane, next, ports.entropy.id());
  if (saved.kind === 'lost') throw new LeaseLost(`lane ${lane.lane} was claimed by another`);
  return saved.item;
}

/** A lane without a window: what an epoch claimed that never committed is given back. */
export async function openUnclaimed(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
  range: LaneRange,
): Promise<Lane> {
  const lane = await openLane(ports, holding, head, range);
  const standing = claimStanding(lane.window, holding.burst);
  if (standing === 'none' || standing === 'in_doubt') return lane;
  const next = releaseVoid(lane, holding.epoch);
  const saved = await saveLane(ports.table, lane, next, ports.entropy.id());
  if (saved.kind === 'lost') throw new LeaseLost(`lane ${lane.lane} was claimed by another`);
  return saved.item;
}

/**
 * Makes a lane this epoch's, so that no older one claims a window of it any more. An open window
 * stays as it is, for `takeWindow`, which makes the lane ours, too.
 */
export async function fenceLane(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
  range: LaneRange,
): Promise<Lane> {
  const { epoch } = holding;
  const lane = await openLane(ports, holding, head, range);
  if (lane.window || lane.epoch === epoch) return lane;
  const saved = await saveLane(ports.table, lane, { ...lane, epoch }, ports.entropy.id());
  if (saved.kind === 'lost') throw new LeaseLost(`lane ${lane.lane} was claimed by another`);
  return saved.item;
}

/** A lane that has begun already is left as it stands: `workLane` settles its window. */
export async function claimFirstIfFree(
  ports: RunnerPorts,
  holding: Holding,
  head: ManifestHead,
  range: LaneRange,
): Promise<Lane> {
  const lane = await openLane(ports, holding, head, range);
  const hasBegun = lane.next > lane.from || lane.window !== undefined;
  return hasBegun && holding.burst.committedEpoch !== undefined
    ? lane
    : claimFirst(ports, holding, head, range);
}
