// Looks at a burst's feedback while it is being sent, and stops it when the list turns out bad.

import { breakerTrips, type Feedback, feedbackSince } from '#domain/breaker.ts';
import { legStartAt, mayCall } from '#domain/burst.ts';
import { codeOf } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import type { Plan } from '#domain/plan.ts';
import { countOf, type Tally } from '#domain/tally.ts';
import {
  type BreakerBaseline,
  loadBreakerBaseline,
  saveBreakerBaseline,
} from '#store/breaker-baselines.ts';
import { loadCounted } from '#store/tallies.ts';
import { type Holding, LeaseLost } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

const NOTHING: Feedback = { delivered: 0, bounced: 0, complained: 0 };

/**
 * One small read every 0.8 s from a second after the first email on: a fact that crosses the line
 * stops the burst within a second of being visible, and never stands in the way of a call at T.
 * Half a read unit each: a read that lags by milliseconds is made up for by the next one.
 */
export class Breaker {
  readonly #ports: RunnerPorts;
  readonly #holding: Holding;
  /** Names of the email legs. */
  readonly #legs: readonly string[];
  #tally: Tally = {};
  #baseline: BreakerBaseline | undefined;

  constructor(ports: RunnerPorts, holding: Holding, plan: Plan) {
    this.#ports = ports;
    this.#holding = holding;
    this.#legs = plan.legs.filter((leg) => leg.kind === 'email').map((leg) => leg.name);
  }

  /** Feedback of one leg since the burst began, as of the last look. */
  heardOf(leg: string): Feedback {
    return feedbackOf(this.#tally, [leg]);
  }

  /**
   * Before a send that others began goes on: what came back while nobody sent counts first. A look
   * that fails is made up for by the next.
   */
  async lookAhead(): Promise<void> {
    if (this.#legs.length > 0 && this.#hasBegun()) await this.#lookOrLog();
  }

  /** Looks while `work` goes on; ends with it. */
  async watch<T>(work: Promise<T>): Promise<T> {
    const end = { isReached: this.#legs.length === 0 };
    const reached = work.then(
      () => undefined,
      () => undefined,
    );
    void reached.then(() => {
      end.isReached = true;
    });
    while (!end.isReached) {
      await Promise.race([this.#ports.clock.sleep(limits.breakerLookMs), reached]);
      if (end.isReached || !mayCall(this.#holding.burst)) break;
      if (this.#hasBegun()) await this.#lookOrLog();
    }
    return work;
  }

  /** One look; stops the burst when the counts are evidence enough. Throws what a read throws. */
  async look(): Promise<void> {
    const { burst } = this.#holding;
    const counted = await loadCounted(this.#ports.table, burst.id, { consistent: false });
    this.#tally = counted?.roots.o?.tally ?? {};
    const heard = feedbackSince(feedbackOf(this.#tally, this.#legs), await this.#since());
    const reason = breakerTrips(heard);
    if (reason === undefined || !mayCall(this.#holding.burst)) return;
    this.#ports.log.warn('breaker_open', { burst: burst.id, reason, ...heard });
    const now = Math.floor(this.#ports.clock.now());
    await this.#holding.apply({ kind: 'stop', now, reason });
  }

  /** A failed look is made up for by the next; the lease's end is found out by whoever calls. */
  async #lookOrLog(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      if (error instanceof LeaseLost) return;
      const { id } = this.#holding.burst;
      this.#ports.log.warn('breaker_unreadable', { burst: id, code: codeOf(error) });
    }
  }

  #hasBegun(): boolean {
    const { burst } = this.#holding;
    const now = this.#ports.clock.now();
    return burst.legs.some((leg) => {
      const startAt = this.#legs.includes(leg.name) ? legStartAt(burst, leg) : undefined;
      return startAt !== undefined && now >= startAt + limits.stopMs;
    });
  }

  /** What does not count any more, since a person looked at it and resumed the burst. */
  async #since(): Promise<Feedback> {
    const { resumedAt, id } = this.#holding.burst;
    if (resumedAt === undefined) return NOTHING;
    if (this.#baseline?.resumedAt === resumedAt) return this.#baseline;
    const { table, entropy } = this.#ports;
    const stored = await loadBreakerBaseline(table, id);
    if (stored?.resumedAt === resumedAt) this.#baseline = stored;
    else {
      const counted = await loadCounted(table, id);
      const heard = feedbackOf(counted?.roots.o?.tally ?? {}, this.#legs);
      const marks = { burst: id, revision: stored?.revision ?? 0, nonce: this.#holding.holder };
      const next = { ...marks, resumedAt, ...heard };
      const saved = await saveBreakerBaseline(table, stored, next, entropy.id());
      this.#baseline = saved.kind === 'saved' ? saved.item : saved.current;
    }
    return this.#baseline ?? NOTHING;
  }
}

/** Sums over the calls of these legs; links are `leg/call`. */
function feedbackOf(tally: Tally, legs: readonly string[]): Feedback {
  const links = Object.keys(tally).filter((link) => legs.includes(link.split('/')[0] ?? ''));
  const sum = (counter: 'delivered' | 'bounced' | 'complained') =>
    links.reduce((all, link) => all + countOf(tally, link, counter), 0);
  return { delivered: sum('delivered'), bounced: sum('bounced'), complained: sum('complained') };
}
