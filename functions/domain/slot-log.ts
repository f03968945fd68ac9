// Which calls wait, run and were answered: what a pace needs to know to measure a limit.

import type { Slot } from './pace.ts';

interface Answered {
  readonly startedAt: number;
  readonly accepted: number;
}

/** Answers come in any order, up to so long after their start; later ones count as unknown. */
const MEMORY_MS = 15_000;

export interface Measured {
  /** Recipients accepted since the bucket was last known to be empty, or since the start. */
  readonly accepted: number;
  readonly seconds: number;
  /** True when it was never empty before: then it was full at the start. */
  readonly isFirst: boolean;
  /** So many may have been left in the bucket when a call was refused as a whole. */
  readonly left: number;
}

/** Counts by the instant at which a call started: that is when the provider decided, or nearly. */
export class SlotLog {
  readonly #waiting = new Set<Slot>();
  readonly #running = new Set<Slot>();
  #recent: Answered[] = [];
  /** The start of what is being measured. */
  #from: number | undefined;
  #wasEmpty = false;
  /** Accepted by calls that started after `from` and are no longer in `recent`. */
  #accepted = 0;
  #throttledAt = Number.NEGATIVE_INFINITY;
  #left = 0;
  #leftBefore = 0;
  lastStartedAt = Number.NEGATIVE_INFINITY;

  /** The earliest slot that nobody has started yet. */
  get firstWaitingAt(): number | undefined {
    let first: number | undefined;
    for (const { at } of this.#waiting) if (first === undefined || at < first) first = at;
    return first;
  }

  /** Slots that nobody has started yet. */
  get waiting(): ReadonlySet<Slot> {
    return this.#waiting;
  }

  get waitingRecipients(): number {
    let sum = 0;
    for (const { recipients } of this.#waiting) sum += recipients;
    return sum;
  }

  taken(slot: Slot): void {
    this.#waiting.add(slot);
  }

  givenBack(slot: Slot): void {
    this.#waiting.delete(slot);
  }

  push(milliseconds: number): void {
    for (const slot of this.#waiting) slot.at += milliseconds;
    this.endLater(milliseconds);
  }

  endLater(milliseconds: number): void {
    for (const slot of this.#waiting) slot.endsAt += milliseconds;
  }

  started(slot: Slot, now: number): void {
    this.#waiting.delete(slot);
    this.#running.add(slot);
    slot.startedAt = now;
    this.#from ??= now;
    this.lastStartedAt = Math.max(this.lastStartedAt, now);
  }

  answered(slot: Slot, accepted: number, throttled: number): void {
    this.#running.delete(slot);
    const { startedAt } = slot;
    if (startedAt === undefined) return;
    if (throttled > 0 && startedAt >= this.#throttledAt) {
      this.#throttledAt = startedAt;
      this.#left = accepted === 0 ? throttled - 1 : 0;
    }
    if (this.#isMeasured(startedAt)) this.#recent.push({ startedAt, accepted });
    if (this.#recent.length > 4_000) this.#fold();
  }

  isRunningFrom(before: number): boolean {
    for (const { startedAt } of this.#running) {
      if (startedAt !== undefined && startedAt <= before) return true;
    }
    return false;
  }

  /** To the last throttled call, when the bucket was empty; the next measure begins there. */
  measure(): Measured {
    const to = this.#throttledAt;
    const isFirst = !this.#wasEmpty;
    const seconds = Math.max(0.001, (to - (this.#from ?? to)) / 1_000);
    const until = this.#recent.filter(({ startedAt }) => startedAt <= to);
    const accepted = until.reduce((sum, one) => sum + one.accepted, this.#accepted);
    this.#recent = this.#recent.filter(({ startedAt }) => startedAt > to);
    this.#accepted = 0;
    this.#from = to;
    this.#wasEmpty = true;
    const left = Math.max(this.#left, this.#leftBefore);
    this.#leftBefore = this.#left;
    return { accepted, seconds, isFirst, left };
  }

  /** Nothing that was measured says anything of what comes. */
  forget(): void {
    this.#recent = [];
    this.#accepted = 0;
    this.#from = undefined;
    this.#wasEmpty = false;
    this.#leftBefore = 0;
  }

  #isMeasured(startedAt: number): boolean {
    if (this.#from === undefined) return false;
    return this.#wasEmpty ? startedAt > this.#from : startedAt >= this.#from;
  }

  #fold(): void {
    const keepFrom = this.lastStartedAt - MEMORY_MS;
    const kept: Answered[] = [];
    for (const one of this.#recent) {
      if (one.startedAt > keepFrom) kept.push(one);
      else this.#accepted += one.accepted;
    }
    this.#recent = kept;
  }
}
