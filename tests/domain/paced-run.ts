// Callers that keep a pace against a provider's token bucket, in simulated time.

import { laneCount, windowSize } from '#domain/lane.ts';
import type { Pace } from '#domain/pace.ts';

export type PaceLike = Pick<Pace, 'callSize' | 'take' | 'started' | 'answered'>;

export interface RunOptions {
  readonly stated: number;
  /** The limit in force at an instant, recipients a second. */
  readonly limitAt: (seconds: number) => number;
  readonly seconds: number;
  readonly seed: number;
  readonly makePace: (stated: number) => PaceLike;
  /** Share of throttled calls that are refused as a whole. */
  readonly wholeShare?: number;
}

export interface RunFigures {
  readonly throttled: number;
  readonly throttledShare: number;
  /** Accepted over what the limit allowed, from the given second on. */
  used(fromSecond: number): number;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly act: (now: number) => void;
}

const LATENCY_MS = { min: 100, max: 300 };
/** A request reaches the provider within this, and is decided there. */
const WAY_MS = { min: 2, max: 10 };
const LANE_WRITE_MS = 15;

/** Runs lanes of windows as a runner does: calls overlap, throttled entries are called again. */
export function runPaced(options: RunOptions): RunFigures {
  return new PacedRun(options).run();
}

class PacedRun {
  readonly #options: RunOptions;
  readonly #pace: PaceLike;
  readonly #queue: Happening[] = [];
  readonly #accepted: { at: number; count: number }[] = [];
  #order = 0;
  #state: number;
  #tokens: number;
  #filledAt = 0;
  #throttled = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#pace = options.makePace(options.stated);
    this.#state = (options.seed * 7_919) >>> 0 || 1;
    this.#tokens = Math.max(1, options.limitAt(0));
  }

  run(): RunFigures {
    const { stated, seconds, limitAt } = this.#options;
    const lanes = laneCount(stated * seconds, stated);
    for (let lane = 0; lane < lanes; lane += 1) this.#plan(0, (now) => this.#window(now));
    for (let next = this.#next(); next && next.at <= seconds * 1_000; next = this.#next()) {
      next.act(next.at);
    }
    const sum = (from: number) =>
      this.#accepted.reduce((all, { at, count }) => all + (at >= from * 1_000 ? count : 0), 0);
    const allowed = (from: number): number => {
      let all = 0;
      for (let second = from; second < seconds; second += 1) all += limitAt(second);
      return all;
    };
    return {
      throttled: this.#throttled,
      throttledShare: this.#throttled / (this.#throttled + sum(0)),
      used: (from) => sum(from) / allowed(from),
    };
  }

  #window(began: number): void {
    let waiting = windowSize(this.#options.stated);
    let again = 0;
    let running = 0;
    let isIdle = false;
    const step = (now: number): void => {
      if (waiting === 0 && running === 0) [waiting, again] = [again, 0];
      isIdle = waiting === 0;
      if (isIdle && running === 0) {
        this.#plan(now + LANE_WRITE_MS, (then) => this.#window(then));
      }
      if (isIdle) return;
      const count = Math.min(waiting, this.#pace.callSize);
      waiting -= count;
      const slot = this.#pace.take(count, now);
      const start = (at: number): void => {
        if (at < slot.at) {
          this.#plan(slot.at + this.#chance(), start);
          return;
        }
        this.#pace.started(slot, at);
        running += 1;
        this.#call(at, count, (answer, then) => {
          running -= 1;
          again += answer.throttled;
          this.#pace.answered(slot, answer, then);
          if (isIdle) step(then);
        });
        step(at);
      };
      start(now);
    };
    step(began);
  }

  #call(
    at: number,
    count: number,
    done: (answer: { accepted: number; throttled: number }, now: number) => void,
  ): void {
    const arrivesAt = at + this.#between(WAY_MS);
    const answersAt = at + this.#between(LATENCY_MS);
    let accepted = 0;
    this.#plan(arrivesAt, (now) => {
      accepted = this.#take(count, now);
      this.#throttled += count - accepted;
      this.#accepted.push({ at: now, count: accepted });
    });
    this.#plan(answersAt, (now) => done({ accepted, throttled: count - accepted }, now));
  }

  /** A bucket of one second's worth, at least of one recipient. */
  #take(count: number, now: number): number {
    const limit = this.#options.limitAt(now / 1_000);
    const grown = ((now - this.#filledAt) / 1_000) * limit;
    this.#tokens = Math.min(Math.max(1, limit), this.#tokens + grown);
    this.#filledAt = now;
    const isWhole = this.#tokens < count && this.#chance() < (this.#options.wholeShare ?? 0);
    const accepted = isWhole ? 0 : Math.min(count, Math.floor(this.#tokens));
    this.#tokens -= accepted;
    return accepted;
  }

  #plan(at: number, act: (now: number) => void): void {
    this.#order += 1;
    const happening = { at, order: this.#order, act };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle];
      if (other && other.at <= at) high = middle;
      else low = middle + 1;
    }
    this.#queue.splice(low, 0, happening);
  }

  #next(): Happening | undefined {
    return this.#queue.pop();
  }

  #between({ min, max }: { min: number; max: number }): number {
    return min + this.#chance() * (max - min);
  }

  /** xorshift32: the same numbers for the same seed. */
  #chance(): number {
    this.#state ^= this.#state << 13;
    this.#state >>>= 0;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state / 2 ** 32;
  }
}
