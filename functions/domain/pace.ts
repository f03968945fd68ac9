// How fast: a share of the quota, handed out as slots in time, slowed down when the account throttles.

import { limits } from './limits.ts';

/**
 * Spaces calls so that they use the rate and never overdraw it: each call of k recipients moves
 * the next slot by k / rate. A late caller may catch up by at most `toleranceMs`.
 * Pure bookkeeping: the caller sleeps.
 */
export class Pace {
  #perSecond: number;
  #stated: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #grownAt = Number.NEGATIVE_INFINITY;
  #acceptedSince = 0;
  #countedFrom = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#stated = perSecond * limits.quotaShare;
    this.#perSecond = this.#stated;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Another share of the quota from now on; a rate that was cut stays cut. */
  share(perSecond: number): void {
    const stated = perSecond * limits.quotaShare;
    if (this.#perSecond === this.#stated || stated < this.#perSecond) this.#perSecond = stated;
    this.#stated = stated;
  }

  /** The instant at which a call of this many recipients may start; the slot is taken. */
  take(recipients: number, now: number): number {
    const toleranceMs = 200;
    const startAt = Math.max(this.#nextAt, now - toleranceMs);
    this.#nextAt = startAt + (recipients / this.#perSecond) * 1_000;
    return Math.max(startAt, now);
  }

  /** Gives a slot back that was taken and not used. */
  giveBack(recipients: number): void {
    this.#nextAt -= (recipients / this.#perSecond) * 1_000;
  }

  /** What an answer said: accepted entries let the rate grow back, throttled ones cut it. */
  answered(accepted: number, throttled: number, now: number): void {
    if (this.#countedFrom === Number.NEGATIVE_INFINITY) this.#countedFrom = now;
    this.#acceptedSince += accepted;
    if (throttled > 0) this.#slowDown(throttled, now);
    else this.#growBack(now);
  }

  /** At most once a second: to what was really accepted of late, or by a fifth if unknown. */
  #slowDown(throttled: number, now: number): void {
    this.#nextAt = Math.max(this.#nextAt, now + (throttled / this.#perSecond) * 1_000);
    if (now - this.#slowedAt < 1_000) return;
    const seconds = (now - this.#countedFrom) / 1_000;
    const measured = seconds >= 2 ? this.#acceptedSince / seconds : this.#perSecond * 0.8;
    this.#perSecond = Math.max(0.5, Math.min(this.#perSecond * 0.98, measured));
    this.#slowedAt = now;
    this.#grownAt = now;
    this.#acceptedSince = 0;
    this.#countedFrom = now;
  }

  /** Two per cent every 30 quiet seconds, up to the stated rate. */
  #growBack(now: number): void {
    if (this.#perSecond >= this.#stated || now - this.#grownAt < 30_000) return;
    if (now - this.#slowedAt < 30_000) return;
    this.#perSecond = Math.min(this.#stated, this.#perSecond * 1.02);
    this.#grownAt = now;
  }
}
