// Which call each recipient of a leg got, and what became of the sending, counted once at its end.

import { callOf, DRAW_BLOCK, drawBlock } from './draw.ts';
import type { Lane } from './lane.ts';
import { allocationOf, type LegRange, type ManifestHead } from './manifest.ts';
import type { EntryState, WindowRecord } from './window-record.ts';

/** Recipients of one leg and call, by what became of them; they add up to `recipients`. */
export interface CallCounts {
  recipients: number;
  accepted: number;
  refused: number;
  inDoubt: number;
  unproven: number;
  heldBack: number;
  notCalled: number;
  /** No window has claimed them yet. */
  waiting: number;
}

export interface LegCalls {
  readonly leg: string;
  readonly byCall: ReadonlyMap<string, CallCounts>;
}

type Fate = Exclude<keyof CallCounts, 'recipients'>;

const FATES: { readonly [state in EntryState]: Fate } = {
  accepted: 'accepted',
  refused: 'refused',
  in_doubt: 'inDoubt',
  unproven: 'unproven',
  held_back: 'heldBack',
  not_called: 'notCalled',
};

/**
 * Counts by leg and call from the ledger alone: the draws say who got which call, lanes and window
 * records what became of them. Cost: linear in ordinals, about 0.2 microseconds each.
 */
export function acceptedByCall(
  head: ManifestHead,
  lanes: readonly Lane[],
  records: readonly WindowRecord[],
): LegCalls[] {
  return head.legs.map((range) => {
    const counts = new Map<string, CallCounts>();
    const fates = fatesOf(head, range, lanes, records);
    for (const [ordinal, call] of callsOf(head.burst, range)) {
      const own = counts.get(call) ?? nobody();
      counts.set(call, own);
      own.recipients += 1;
      own[fates(ordinal)] += 1;
    }
    return { leg: range.leg, byCall: counts };
  });
}

function* callsOf(burst: string, range: LegRange): Generator<[number, string]> {
  let draws: Float64Array = new Float64Array();
  let block = -1;
  for (let ordinal = range.from; ordinal < range.to; ordinal += 1) {
    const own = Math.floor(ordinal / DRAW_BLOCK);
    if (own !== block) {
      block = own;
      draws = drawBlock(burst, block);
    }
    const allocation = allocationOf(range, ordinal);
    // A wave that has no allocation yet has given nobody a call.
    if (!allocation) continue;
    yield [ordinal, callOf(allocation, draws[ordinal - block * DRAW_BLOCK] ?? 0)];
  }
}

/** What became of an ordinal of this leg. */
function fatesOf(
  head: ManifestHead,
  range: LegRange,
  lanes: readonly Lane[],
  records: readonly WindowRecord[],
): (ordinal: number) => Fate {
  const own = lanes
    .filter((lane) => lane.leg === range.leg && lane.freeze === head.freeze)
    .sort((a, b) => a.from - b.from);
  const listed = new Map<number, Fate>();
  for (const record of records) {
    for (const { ordinal, state } of record.outcomes) listed.set(ordinal, FATES[state]);
  }
  let at = 0;
  return (ordinal) => {
    if (ordinal >= range.sendableTo) return 'heldBack';
    while (at + 1 < own.length && (own[at]?.to ?? 0) <= ordinal) at += 1;
    const lane = own[at];
    if (!lane || ordinal < lane.from || ordinal >= lane.next) return 'waiting';
    const fate = listed.get(ordinal);
    if (fate) return fate;
    const { window } = lane;
    return window && ordinal >= window.from && ordinal < window.to ? 'inDoubt' : 'accepted';
  };
}

function nobody(): CallCounts {
  return {
    recipients: 0,
    accepted: 0,
    refused: 0,
    inDoubt: 0,
    unproven: 0,
    heldBack: 0,
    notCalled: 0,
    waiting: 0,
  };
}
