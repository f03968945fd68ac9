// Lanes that stay abreast: whoever is ahead waits a little, so that all of them end together.

import type { LaneRange } from '#domain/manifest.ts';

/** The longest wait before a window; a lane that hangs must not hold the others up. */
const WAIT_MS_MAX = 300;

/**
 * Answers take their time by chance, so lanes drift apart, and the last of them alone cannot fill
 * the rate: without this a minute at 10,000 a second ends with 2 % of the quota unused.
 */
export class EvenLanes {
  readonly #lanes: readonly LaneRange[];
  /** Share of the lane that lies behind it, by lane. */
  readonly #done = new Map<number, number>();

  constructor(lanes: readonly LaneRange[]) {
    this.#lanes = lanes;
  }

  /** How long a window may wait, milliseconds; notes how far its lane has come. */
  waitMs(window: { readonly from: number; readonly to: number }, perSecond: number): number {
    const range = this.#lanes.find(({ from, to }) => window.from >= from && window.from < to);
    if (!range || perSecond <= 0) return 0;
    const size = range.to - range.from;
    const done = (window.from - range.from) / size;
    this.#done.set(range.lane, window.to >= range.to ? 1 : done);
    const aheadBy = (done - median([...this.#done.values()])) * size;
    const ownPerSecond = perSecond / this.#done.size;
    return Math.min(WAIT_MS_MAX, Math.max(0, (aheadBy / ownPerSecond) * 500));
  }
}

/** Not the mean: one lane that stands still is no reason for the others to wait. */
function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}
