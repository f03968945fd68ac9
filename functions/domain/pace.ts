// How fast: a share of the quota handed out as slots in time, and what throttling says of the limit.

import { callSize } from './lane.ts';
import { limits } from './limits.ts';
import { SlotLog } from './slot-log.ts';

/** The right to start one call of so many recipients; it moves on while the pace brakes. */
export interface Slot {
  at: number;
  /** The next one begins here. */
  endsAt: number;
  readonly recipients: number;
  startedAt?: number;
}

export interface Answered {
  /** Recipients the provider took, and those it refused for being too fast. */
  readonly accepted: number;
  readonly throttled: number;
}

/** A late caller may catch up by at most this, and only where the account's bucket has room. */
const CATCH_UP_MS = 200;
/** What sleeping may overshoot by. */
const LATE_MS = 50;
/** What calls may differ by on their way to the provider; the bucket refills this beyond a call. */
const JITTER_MS = 150;
/** Below the limit that throttling has shown. */
const BELOW_LIMIT = 0.985;
/** The rate may grow after so long, and so many recipients, without throttling. */
const QUIET_MS = 30_000;
const QUIET_RECIPIENTS = 300;
/** Growth after a quiet time; half as much again after each further one, up to the last. */
const GROWTH = 0.02;
const GROWTH_MAX = 0.1;
/** Below this share of what the account states, throttling was more than a limit: it passes. */
const DEEP = 0.5;
/** There the rate grows by this after a quiet time, which doubles each time it was too much. */
const DEEP_GROWTH = 0.5;
const DEEP_CALLS = 3;
const DEEP_QUIET_MS = 10_000;
const DEEP_QUIET_MAX_MS = 160_000;
/** Throttled again within this, what was measured counts alone; later, the rate had been right. */
const SOON_MS = 5_000;
/** What is left of the rate, at least, the first times that too few recipients tell why. */
const FEW_CUTS = [0.96, 0.8];

/**
 * Spaces calls so that they use the rate and never overdraw it: each call of k recipients moves
 * the next slot by k / rate. Pure bookkeeping: the caller sleeps until `slot.at`, which may move.
 *
 * Throttling means that the account allows less than it states. The limit is then measured: between
 * two instants at which the provider's bucket was empty it accepted what it refilled, whatever its
 * size. Before the first one it held a second's worth. From so few recipients that this says
 * little, the rate climbs in small steps until it is throttled once more.
 */
export class Pace {
  #perSecond: number;
  #stated: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  /** Where the last slot ends in which a call was started. */
  #startedEnd = Number.NEGATIVE_INFINITY;
  /** Given back in time: whoever comes next has them. */
  #free: Slot[] = [];
  readonly #log = new SlotLog();
  /** While throttled calls are being sorted out: since when. */
  #brakedAt: number | undefined;
  /** The rate before the last growth: it held. */
  #held = 0;
  #growth = GROWTH;
  /** Times in a row that it was throttled again soon. */
  #streak = 0;
  /** The step of a search, 0 when there is none. */
  #search = 0;
  #deepQuietMs = DEEP_QUIET_MS;
  #hasGrownDeep = false;
  #quietFrom = Number.NEGATIVE_INFINITY;
  #quietRecipients = 0;
  #quietCalls = 0;

  constructor(perSecond: number) {
    this.#stated = perSecond * limits.quotaShare;
    this.#perSecond = this.#stated;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Recipients of the next call: fewer while throttled, so that a refused call costs less. */
  get callSize(): number {
    return callSize(this.#perSecond < this.#stated ? this.#perSecond / 2 : this.#perSecond);
  }

  /** Another share of the quota from now on; a rate that was cut stays cut in proportion. */
  share(perSecond: number): void {
    const stated = perSecond * limits.quotaShare;
    if (stated === this.#stated) return;
    // Without any share before, nothing is known of the limit.
    const kept = this.#stated === 0 ? 1 : this.#perSecond / this.#stated;
    const held = this.#stated === 0 ? 0 : this.#held / this.#stated;
    this.#stated = stated;
    this.#perSecond = stated * kept;
    this.#held = stated * held;
    this.#log.forget();
  }

  /** A slot for a call of this many recipients; not before `slot.at` may it start. */
  take(recipients: number, now: number): Slot {
    const slot = this.#freeSlot(recipients, now) ?? this.#nextSlot(recipients, now);
    this.#log.taken(slot);
    return slot;
  }

  /** True when so much time has passed that starting now would crowd those who come after. */
  isLate(slot: Slot, now: number): boolean {
    return now - slot.at > this.#catchUpMs(slot.recipients) + LATE_MS;
  }

  /**
   * Gives a slot back that was taken and not used. In time, the next call starts in it. Too late,
   * its time is lost, and so is that of others that nobody met: the row ends with those who may
   * still start, so that all who were late line up anew behind them.
   */
  giveBack(slot: Slot, now: number): void {
    this.#log.givenBack(slot);
    if (!this.isLate(slot, now)) this.#free.push(slot);
    const ends = [...this.#free, ...this.#log.waiting]
      .filter((one) => !this.isLate(one, now))
      .map((one) => one.endsAt);
    this.#nextAt = Math.min(this.#nextAt, Math.max(this.#startedEnd, ...ends));
  }

  started(slot: Slot, now: number): void {
    // What cannot be caught up is lost: the next one keeps its distance from this one.
    const lost = Math.max(0, now - slot.at - this.#catchUpMs(slot.recipients));
    this.#nextAt += lost;
    this.#startedEnd = Math.max(this.#startedEnd, slot.endsAt + lost);
    this.#log.started(slot, now);
  }

  /** What an answer said. Entries that nobody knows about are in neither number. */
  answered(slot: Slot, { accepted, throttled }: Answered, now: number): void {
    this.#log.answered(slot, accepted, throttled);
    if (throttled > 0) this.#brake(slot, now);
    if (this.#brakedAt === undefined) this.#grow(accepted, now);
    else if (!this.#log.isRunningFrom(this.#brakedAt) || now - this.#brakedAt > 1_000) {
      this.#measure(now);
    }
  }

  /** A wait of everybody that says nothing of the rate: the provider is in trouble of its own. */
  pause(milliseconds: number, now: number): void {
    this.#push(now + milliseconds);
  }

  #freeSlot(recipients: number, now: number): Slot | undefined {
    this.#free = this.#free.filter((one) => !this.isLate(one, now));
    const place = this.#free.findIndex((one) => one.recipients >= recipients);
    if (place < 0) return undefined;
    const [free] = this.#free.splice(place, 1);
    return free && { at: free.at, endsAt: free.endsAt, recipients };
  }

  #nextSlot(recipients: number, now: number): Slot {
    const from = Math.max(this.#nextAt, now - this.#catchUpMs(recipients));
    this.#nextAt = from + this.#milliseconds(recipients);
    return { at: Math.max(from, now), endsAt: this.#nextAt, recipients };
  }

  #milliseconds(recipients: number): number {
    return (recipients / this.#perSecond) * 1_000;
  }

  /** The bucket holds a second's worth: what a call leaves of it, half of it for jitter. */
  #catchUpMs(recipients: number): number {
    const room = 1_000 - this.#milliseconds(recipients);
    return Math.max(0, Math.min(CATCH_UP_MS, room / 2));
  }

  /** The bucket is empty: nobody starts before it holds a call again, those who wait included. */
  #brake(slot: Slot, now: number): void {
    this.#brakedAt ??= now;
    const emptyAt = Math.max(slot.startedAt ?? now, this.#log.lastStartedAt);
    this.#push(Math.max(now, emptyAt + this.#milliseconds(slot.recipients) + JITTER_MS));
  }

  #push(to: number): void {
    const first = this.#log.firstWaitingAt ?? this.#nextAt;
    this.#free = this.#free.filter((one) => one.at >= to && to <= first);
    if (to <= first) return;
    this.#log.push(to - first);
    this.#nextAt += to - first;
  }

  /** All calls of before the brake are answered: what the limit was, and the rate from now on. */
  #measure(now: number): void {
    const { accepted, seconds, isFirst, left } = this.#log.measure();
    this.#brakedAt = undefined;
    const before = this.#perSecond;
    const limit = isFirst ? (accepted + left / 2) / (seconds + 1) : (accepted - 0.5) / seconds;
    const wasSoon = seconds * 1_000 < SOON_MS;
    this.#streak = wasSoon ? this.#streak + 1 : 0;
    const isTelling = isFirst || accepted >= Math.max(20, 10 * left);
    const soonCut = isTelling ? 0.5 : (FEW_CUTS[this.#streak - 1] ?? 0.5);
    const least = wasSoon ? before * soonCut : this.#held * (1 - 0.04 * roomOf(before));
    const next = Math.max(limit * BELOW_LIMIT, least);
    this.#perSecond = Math.max(0.1, Math.min(before * 0.98, next));
    // Slots that wait already were spaced by the rate of before.
    const further = this.#log.waitingRecipients * 1_000 * (1 / this.#perSecond - 1 / before);
    this.#nextAt += further;
    this.#log.endLater(further);
    const isAgain = accepted < 100 && this.#streak > (this.#search > 0 ? 0 : 1);
    this.#search = isFirst || isAgain ? searchStep(before, accepted) : 0;
    this.#held = this.#perSecond * 0.97;
    this.#growth = GROWTH;
    if (this.#hasGrownDeep) this.#deepQuietMs = Math.min(DEEP_QUIET_MAX_MS, this.#deepQuietMs * 2);
    this.#hasGrownDeep = false;
    this.#quiet(now);
  }

  /** Searching: small steps soon. Else a step after a quiet time, so that probing costs little. */
  #grow(accepted: number, now: number): void {
    this.#quietRecipients += accepted;
    this.#quietCalls += 1;
    if (this.#perSecond >= this.#stated) return;
    const quietMs = now - this.#quietFrom;
    if (this.#search > 0) {
      const calls = roomOf(this.#perSecond) > 0 ? 3 : 2;
      if (this.#quietCalls >= calls && quietMs >= 2_000) this.#faster(this.#search, now);
      return;
    }
    if (this.#perSecond < this.#stated * DEEP) {
      this.#growDeep(quietMs, now);
      return;
    }
    if (quietMs < QUIET_MS || this.#quietRecipients < QUIET_RECIPIENTS) return;
    this.#faster(this.#growth, now);
    this.#growth = Math.min(GROWTH_MAX, this.#growth * 1.5);
  }

  /** So few recipients leave that their number tells nothing: time does. */
  #growDeep(quietMs: number, now: number): void {
    if (quietMs < this.#deepQuietMs || this.#quietCalls < DEEP_CALLS) return;
    if (this.#hasGrownDeep) this.#deepQuietMs = DEEP_QUIET_MS;
    this.#faster(DEEP_GROWTH, now);
    this.#hasGrownDeep = true;
  }

  #faster(growth: number, now: number): void {
    this.#held = this.#perSecond;
    this.#perSecond = Math.min(this.#stated, this.#perSecond * (1 + growth));
    this.#quiet(now);
  }

  #quiet(now: number): void {
    this.#quietFrom = now;
    this.#quietRecipients = 0;
    this.#quietCalls = 0;
  }
}

/** Seconds by which one recipient may come early: none where the bucket holds no more than one. */
function roomOf(perSecond: number): number {
  return Math.max(0, 1 - 1 / perSecond);
}

/** A full bucket hides that a step was too large; from few recipients the first guess is coarse. */
function searchStep(perSecond: number, accepted: number): number {
  if (roomOf(perSecond) === 0) return 0.04;
  return accepted < 100 ? 0.03 : 0.015;
}
