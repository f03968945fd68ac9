// What is asked before every provider call: may it start, and whom must it leave out?

import { legStartAt, mayCall } from '#domain/burst.ts';
import { codeOf } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import type { Plan } from '#domain/plan.ts';
import type { ChangeLogEntry } from '#domain/suppression.ts';
import { readChanges } from '#store/change-log.ts';
import { Conversions } from './conversions.ts';
import { type Holding, LeaseLost } from './holding.ts';
import type { RunnerPorts } from './ports.ts';
import type { RateShare } from './rate-share.ts';

/**
 * Why no further call may start; `lease` means that another runner may be at work, `early` that the
 * clock was set back behind the start of the leg.
 */
export type Halt = 'stopped' | 'lease' | 'deadline' | 'until' | 'unreadable' | 'early';

/** A clock that was set back is waited for in such slices. */
const EARLY_MS = 1_000;

/** What memory alone cannot say, or what passes: `check` is asked. */
export function mayPass(halt: Halt | undefined): boolean {
  return halt === 'unreadable' || halt === 'early';
}

/**
 * Keeps header and change log at most 500 ms old, and answers from memory while they are.
 * Anything that cannot be read means: do not call.
 */
export class Guard {
  readonly #ports: RunnerPorts;
  readonly #holding: Holding;
  readonly #time: { readonly until: number };
  readonly #share: RateShare;
  readonly #suppressed = new Map<string, string>();
  readonly #plan: Plan;
  /** Kept up to date only while a leg of the plan leaves out who has converted. */
  readonly conversions: Conversions;
  #logFrom: number;
  #logFreshAt = Number.NEGATIVE_INFINITY;
  #logReading: Promise<void> | undefined;
  /** When each addressable leg last made progress, wall clock; silence is measured from here. */
  readonly #progressAt = new Map<string, number>();

  constructor(
    ports: RunnerPorts,
    holding: Holding,
    options: {
      readonly frozenAt: number;
      /** Hand over before this instant; it may be brought forward while the runner works. */
      readonly time: { readonly until: number };
      readonly share: RateShare;
      readonly plan: Plan;
    },
  ) {
    this.#plan = options.plan;
    this.conversions = new Conversions(options.plan);
    this.#share = options.share;
    this.#ports = ports;
    this.#holding = holding;
    this.#time = options.time;
    this.#logFrom = options.frozenAt - limits.changeLogFreezeOverlapMs;
  }

  /** Why this ordinal must not be called, or undefined. */
  heldBack(ordinal: number, digest: string): string | undefined {
    return (
      this.#suppressed.get(digest) ?? this.#suppressed.get(`${this.#holding.burst.id}/${ordinal}`)
    );
  }

  progressed(leg: string): void {
    this.#progressAt.set(leg, this.#ports.clock.now());
  }

  noteProgressAt(leg: string, at: number): void {
    this.#progressAt.set(leg, Math.max(at, this.#progressAt.get(leg) ?? 0));
  }

  /** True when both header and change log are fresh enough to answer from memory. */
  get isFresh(): boolean {
    const logAge = this.#ports.clock.monotonic() - this.#logFreshAt;
    return this.#holding.ageMs <= limits.freshnessMs && logAge <= limits.freshnessMs;
  }

  /** Reads what is stale, renews the lease when it is time. */
  async refresh(): Promise<void> {
    const staleAfterMs = limits.freshnessMs / 2;
    const reads: Promise<unknown>[] = [];
    if (this.#holding.ageMs > staleAfterMs) reads.push(this.#holding.refresh());
    if (this.#ports.clock.monotonic() - this.#logFreshAt > staleAfterMs)
      reads.push(this.#readLog());
    await Promise.all(reads);
    await this.#holding.renewIfDue();
  }

  /** From memory: why a call of this leg may not start now, or undefined. */
  halt(legName: string): Halt | undefined {
    const { burst } = this.#holding;
    const now = this.#ports.clock.now();
    if (!mayCall(burst)) return 'stopped';
    if (!this.#holding.isInsideLease) return 'lease';
    if (now > this.#time.until) return 'until';
    const leg = burst.legs.find((one) => one.name === legName);
    const startAt = leg && legStartAt(burst, leg);
    if (!leg || startAt === undefined) return 'deadline';
    if (now < startAt) return 'early';
    const since = Math.max(startAt, burst.resumedAt ?? 0, this.#progressAt.get(legName) ?? 0);
    if (now > since + leg.deadlineMs) return 'deadline';
    if (!this.isFresh) return 'unreadable';
    return undefined;
  }

  /** Refreshes where needed, tries again while reads fail, then answers like `halt`. */
  async check(legName: string): Promise<Halt | undefined> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = this.halt(legName);
      if (!mayPass(answer)) return answer;
      if (answer === 'early') await this.#waitForStart(legName);
      try {
        await this.refresh();
      } catch (error) {
        if (error instanceof LeaseLost) return 'lease';
        const { id } = this.#holding.burst;
        this.#ports.log.warn('guard_unreadable', { burst: id, code: codeOf(error) });
        await this.#ports.clock.sleep(100);
      }
    }
    return this.halt(legName);
  }

  async #waitForStart(legName: string): Promise<void> {
    const { clock } = this.#ports;
    const { burst } = this.#holding;
    const leg = burst.legs.find((one) => one.name === legName);
    const startAt = (leg && legStartAt(burst, leg)) ?? 0;
    await clock.sleepUntil(Math.min(startAt, clock.now() + EARLY_MS));
  }

  /** Renews the lease when it is time; a renewal that fails is found out by the next check. */
  async keep(): Promise<void> {
    try {
      await Promise.all([this.#holding.renewIfDue(), this.#share.keep()]);
    } catch (error) {
      const { id } = this.#holding.burst;
      this.#ports.log.warn('lease_not_renewed', { burst: id, code: codeOf(error) });
    }
  }

  #readLog(): Promise<void> {
    this.#logReading ??= this.#fetchLog().finally(() => {
      this.#logReading = undefined;
    });
    return this.#logReading;
  }

  async #fetchLog(): Promise<void> {
    const issuedAt = this.#ports.clock.monotonic();
    const now = this.#ports.clock.now();
    // Writers' clocks may run ahead of ours; entries of their future count as well.
    const entries = await readChanges(this.#ports.table, this.#logFrom, now + limits.clockSkewMs);
    for (const entry of entries) this.#apply(entry);
    await this.#fetchConversions(now);
    this.#logFrom = Math.max(this.#logFrom, now - limits.changeLogOverlapMs);
    this.#logFreshAt = issuedAt;
  }

  async #fetchConversions(now: number): Promise<void> {
    if (!this.#plan.legs.some((leg) => leg.kind === 'email' && leg.skipConverted)) return;
    const { table } = this.#ports;
    const until = now + limits.clockSkewMs;
    const entries = await readChanges(table, this.#logFrom, until, 'converted');
    for (const entry of entries) this.conversions.add(entry);
  }

  #apply(entry: ChangeLogEntry): void {
    if (entry.digest !== undefined) this.#suppressed.set(entry.digest, entry.reason);
    if (entry.burst !== undefined && entry.ordinal !== undefined) {
      this.#suppressed.set(`${entry.burst}/${entry.ordinal}`, entry.reason);
    }
  }
}
