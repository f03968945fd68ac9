// What became of one ordinal of a burst, read from its ledger.

import { type Burst, isLeased } from './burst.ts';
import { callOf, drawOf } from './draw.ts';
import { claimStanding, type Lane } from './lane.ts';
import { allocationOf, type ManifestHead, rangeOf } from './manifest.ts';
import type { EntryState, WindowRecord } from './window-record.ts';

export interface Fate {
  /**
   * `waiting`: no call is planned to have started; `never`: and none will; `in_flight`: it may be
   * under way right now.
   */
  readonly state: EntryState | 'waiting' | 'never' | 'in_flight';
  readonly leg: string;
  /** The call that chance gave, as soon as it is decided. */
  readonly call?: string;
  /** Counted from 1, where the leg leaves in waves. */
  readonly wave?: number;
  readonly reason?: string;
  /** When it will be called, where it is kept for the end of quiet hours. */
  readonly releaseAt?: number;
}

export interface LedgerOf {
  readonly burst: Burst;
  readonly head: ManifestHead;
  readonly lanes: readonly Lane[];
  readonly records: readonly WindowRecord[];
}

/** Undefined for an ordinal that the manifest does not have. */
export function fateOf(ledger: LedgerOf, ordinal: number, now: number): Fate | undefined {
  const { head } = ledger;
  const range = rangeOf(head, ordinal);
  if (!range) return undefined;
  const allocation = allocationOf(range, ordinal);
  const wave = range.waves?.findIndex(({ from, to }) => ordinal >= from && ordinal < to) ?? -1;
  const base = {
    leg: range.leg,
    ...(allocation ? { call: callOf(allocation, drawOf(head.burst, ordinal)) } : {}),
    ...(wave < 0 ? {} : { wave: wave + 1 }),
  };
  if (ordinal >= range.sendableTo) {
    const held = range.held?.find(({ from, to }) => ordinal >= from && ordinal < to);
    return { state: 'held_back', ...base, ...(held ? { reason: held.reason } : {}) };
  }
  const fate = calledFate(ledger, ordinal, now);
  const ended = fate.state === 'waiting' ? endedBy(ledger.burst, range.leg) : undefined;
  return { ...base, ...(ended === undefined ? fate : { state: 'never', reason: ended }) };
}

/** Legs that call nobody any more. */
const ENDED: ReadonlySet<string> = new Set(['dropped', 'missed', 'not_called']);

/** Why nobody who waits on this leg will be called; undefined while somebody may. */
function endedBy(burst: Burst, name: string): string | undefined {
  if (burst.state === 'cancelled') return 'cancelled';
  const leg = burst.legs.find((one) => one.name === name);
  if (!leg) return undefined;
  if (leg.reason === 'abandoned' || ENDED.has(leg.state)) return leg.reason ?? leg.state;
  return undefined;
}

function calledFate(
  { burst, head, lanes, records }: LedgerOf,
  ordinal: number,
  now: number,
): Pick<Fate, 'state' | 'reason' | 'releaseAt'> {
  const lane = lanes.find(
    (one) => one.freeze === head.freeze && ordinal >= one.from && ordinal < one.to,
  );
  if (!lane || ordinal >= lane.next || burst.committedEpoch === undefined) {
    return { state: 'waiting' };
  }
  const listed = records
    .flatMap((record) => record.outcomes)
    .find((one) => one.ordinal === ordinal);
  if (listed) {
    const { state, reason, releaseAt } = listed;
    return {
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(releaseAt === undefined ? {} : { releaseAt }),
    };
  }
  const { window } = lane;
  if (!window || ordinal < window.from) return { state: 'accepted' };
  const standing = claimStanding(window, burst);
  if (standing === 'void') return { state: 'waiting' };
  return { state: standing === 'ours' && isLeased(burst, now) ? 'in_flight' : 'in_doubt' };
}
