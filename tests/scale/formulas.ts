// What a burst of any size asks for, from what was counted at a million.

import { laneCount, windowSize } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import measured from './measured.json' with { type: 'json' };

/** Of run: 15 minutes without what is left for the hand-over, and the wait for the next beat. */
const INVOCATION_SECONDS = 870;
const BEAT_SECONDS = 30;
const EVENTS_PER_EMAIL = 2.5;
/** One put of a chunk after the other, each answered in about 10 ms. */
const PUT_SECONDS = 0.01;

export interface Demand {
  readonly hours: number;
  readonly lanes: number;
  readonly windows: number;
  readonly handOvers: number;
  /** Millions. */
  readonly writeUnits: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly chunks: number;
  readonly freezeSeconds: number;
  /** Of the runner while it freezes the list. */
  readonly freezeGb: number;
  /** Write units a second on the busiest partition key, of the 1,000 that one takes. */
  readonly busiestKey: number;
}

export function demandOf(recipients: number, perSecond: number): Demand {
  const seconds = recipients / (perSecond * limits.quotaShare);
  // The first invocation holds for five minutes before it sends.
  const first = INVOCATION_SECONDS - limits.horizonMs / 1_000;
  const handOvers = Math.ceil(Math.max(0, seconds - first) / INVOCATION_SECONDS);
  const chunks = Math.ceil(recipients / limits.manifestChunkRecipients);
  const lanes = laneCount(recipients, perSecond);
  const { ledgerWrite, manifestWrite, eventWrite } = measured.units;
  const perEmail = ledgerWrite + manifestWrite + EVENTS_PER_EMAIL * eventWrite;
  return {
    hours: (seconds + handOvers * BEAT_SECONDS) / 3_600,
    lanes,
    windows: Math.ceil(recipients / windowSize(perSecond)),
    handOvers,
    writeUnits: (recipients * perEmail) / 1e6,
    events: (recipients * EVENTS_PER_EMAIL) / 1e6,
    eventsPerSecond: perSecond * EVENTS_PER_EMAIL,
    chunks,
    freezeSeconds: chunks * PUT_SECONDS,
    freezeGb: (slotsFor(recipients) * BYTES_PER_SLOT * 1.5) / 1e9,
    busiestKey: Math.max(
      measured.partitionUnitsMax.header,
      Math.ceil(perSecond / windowSize(perSecond) / lanes),
      measured.partitionUnitsMax.facts,
    ),
  };
}

/** Places of functions/runner/digest-set.ts; while it grows the half stands beside the whole. */
const BYTES_PER_SLOT = 12;

function slotsFor(recipients: number): number {
  return 2 ** Math.ceil(Math.log2(recipients / 0.6));
}

export const sizes: readonly (readonly [recipients: number, perSecond: number])[] = [
  [1_000_000, 300],
  [1_000_000, 1_000],
  [10_000_000, 300],
  [10_000_000, 1_000],
  [100_000_000, 1_000],
  [100_000_000, 5_000],
];

export function rowOf(recipients: number, perSecond: number): string {
  const demand = demandOf(recipients, perSecond);
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const cells = [
    whole(recipients),
    whole(perSecond),
    demand.hours < 10 ? demand.hours.toFixed(2) : demand.hours.toFixed(1),
    whole(demand.lanes),
    whole(demand.windows),
    whole(demand.handOvers),
    demand.writeUnits.toFixed(2),
    demand.events.toFixed(1),
    whole(demand.eventsPerSecond),
    whole(demand.chunks),
    whole(demand.freezeSeconds),
    demand.freezeGb.toFixed(2),
    whole(demand.busiestKey),
  ];
  return `| ${cells.join(' | ')} |`;
}
