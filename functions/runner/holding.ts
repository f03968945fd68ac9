// A lease in hand: the only way the runner changes a burst's header.

import { advance, type BurstCommand, type BurstEvent } from '#domain/advance.ts';
import { type Burst, releaseSpan } from '#domain/burst.ts';
import { type Deed, deedOf } from '#domain/deed.ts';
import { codeOf, Fault } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { Deeds } from './deeds.ts';
import type { RunnerPorts } from './ports.ts';

/** Thrown when this runner may no longer act on the burst: fenced out, or its state moved on. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export class Holding {
  readonly #ports: RunnerPorts;
  readonly holder: string;
  readonly epoch: number;
  #burst: Burst;
  /** When the header was last read strongly or written, on the monotonic clock. */
  #freshAt: number;
  #leaseEndsAt: number;
  #renewedAt: number;
  #queue: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<Burst> | undefined;
  #isLost = false;
  readonly #deeds: Deeds;
  /** What follows a durable write and need not be waited for. */
  readonly #following: Promise<void>[] = [];

  private constructor(
    ports: RunnerPorts,
    taken: { burst: Burst; holder: string; issuedAt: number; leaseMs: number },
  ) {
    this.#ports = ports;
    this.holder = taken.holder;
    this.epoch = taken.burst.epoch;
    this.#burst = taken.burst;
    this.#freshAt = taken.issuedAt;
    this.#renewedAt = taken.issuedAt;
    this.#leaseEndsAt = taken.issuedAt + taken.leaseMs;
    this.#deeds = new Deeds(ports);
    this.#deeds.begin(taken.burst);
  }

  /** Takes the lease, or undefined when another holds it or there is nothing to hold. */
  static async take(
    ports: RunnerPorts,
    burst: Burst,
    holder: string,
  ): Promise<Holding | undefined> {
    const issuedAt = ports.clock.monotonic();
    const now = ports.clock.now();
    const leaseMs = leaseFor(burst, now).leaseMs;
    const leaseUntil = Math.floor(now + leaseMs);
    const event: BurstEvent = { kind: 'lease', holder, now, leaseUntil };
    const answer = advance(burst, event);
    if (answer.kind === 'refused') return undefined;
    const next = withDeed(burst, answer.burst, event, { now, open: burst.deeds ?? [] });
    const saved = await saveBurst(ports.table, burst, next, ports.entropy.id());
    if (saved.kind === 'lost') return undefined;
    return new Holding(ports, { burst: saved.item, holder, issuedAt, leaseMs });
  }

  get burst(): Burst {
    return this.#burst;
  }

  /** Milliseconds since the header was last known for certain. */
  get ageMs(): number {
    return this.#ports.clock.monotonic() - this.#freshAt;
  }

  /** Inside the lease by this process's own monotonic clock. */
  get isInsideLease(): boolean {
    return !this.#isLost && this.#ports.clock.monotonic() < this.#leaseEndsAt;
  }

  /** Reads the header strongly; throws LeaseLost when another epoch has taken over. */
  refresh(): Promise<Burst> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #read(): Promise<Burst> {
    const issuedAt = this.#ports.clock.monotonic();
    const burst = await loadBurst(this.#ports.table, this.#burst.id, { consistent: true });
    this.#adopt(burst, issuedAt);
    return this.#burst;
  }

  /** One arrow of the state machine, written by compare-and-set; waits for the one before it. */
  apply(event: BurstEvent): Promise<Burst> {
    const done = this.#queue.then(() => this.#write(event));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #write(event: BurstEvent): Promise<Burst> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = advance(this.#burst, event);
      if (answer.kind === 'refused') {
        if (answer.code === 'fenced') throw new LeaseLost(answer.message);
        throw new Fault(answer.code, answer.message, { retryable: false });
      }
      const issuedAt = this.#ports.clock.monotonic();
      const { table, entropy, clock } = this.#ports;
      const open = this.#deeds.open(this.#burst);
      const next = withDeed(this.#burst, answer.burst, event, { now: clock.now(), open });
      const saved = await saveBurst(table, this.#burst, next, entropy.id());
      if (saved.kind === 'saved') {
        this.#burst = saved.item;
        this.#freshAt = issuedAt;
        this.#deeds.begin(saved.item);
        for (const command of answer.commands) this.#follow(command);
        return saved.item;
      }
      this.#adopt(saved.current, issuedAt);
    }
    throw new Fault('header_contended', `burst ${this.#burst.id} changed eight times in a row`, {
      retryable: true,
    });
  }

  /** The second layer of a stop: what cannot be switched is logged, the header holds by itself. */
  #follow(command: BurstCommand): void {
    if (command.kind !== 'switch_sending') return;
    const { id } = this.#burst;
    const switched = this.#ports.setSending(id, command.enabled).catch((error: unknown) => {
      this.#ports.log.warn('sending_not_switched', { burst: id, code: codeOf(error) });
    });
    this.#following.push(switched);
  }

  /** Nothing of ours is under way any more: what was done stands in the audit log. */
  async rest(): Promise<void> {
    await Promise.all(this.#following);
    await this.#deeds.write(this.#burst);
  }

  #adopt(burst: Burst | undefined, issuedAt: number): void {
    if (!burst || burst.epoch !== this.epoch || burst.holder !== this.holder) {
      this.#isLost = true;
      throw new LeaseLost(`burst ${this.#burst.id} is no longer held under epoch ${this.epoch}`);
    }
    if (burst.revision >= this.#burst.revision) this.#burst = burst;
    this.#freshAt = Math.max(this.#freshAt, issuedAt);
  }

  /** Renews the lease when a third of it is used up; a burst's header is written no oftener. */
  async renewIfDue(): Promise<void> {
    const monotonic = this.#ports.clock.monotonic();
    const { leaseMs, heartbeatMs } = leaseFor(this.#burst, this.#ports.clock.now());
    if (monotonic - this.#renewedAt < heartbeatMs) return;
    const leaseUntil = Math.floor(this.#ports.clock.now() + leaseMs);
    // Marked before the write, so that concurrent callers do not renew twice.
    const before = this.#renewedAt;
    this.#renewedAt = monotonic;
    try {
      await this.apply({ kind: 'renew', holder: this.holder, epoch: this.epoch, leaseUntil });
      this.#leaseEndsAt = monotonic + leaseMs;
    } catch (error) {
      this.#renewedAt = before;
      throw error;
    }
  }

  /** Clears the holder, so that the next runner need not wait for the lease to lapse. */
  async handOver(nextAt?: number): Promise<void> {
    await this.apply({
      kind: 'hand_over',
      epoch: this.epoch,
      ...(nextAt === undefined ? {} : { nextAt }),
    });
  }
}

/** The header with what this arrow did, and without what stands in the audit log already. */
function withDeed(
  before: Burst,
  after: Burst,
  event: BurstEvent,
  { now, open }: { readonly now: number; readonly open: readonly Deed[] },
): Burst {
  const deed = deedOf(before, after, event, now);
  const { deeds: _old, ...rest } = after;
  const deeds = deed ? [...open, deed] : [...open];
  return deeds.length > 0 ? { ...rest, deeds } : rest;
}

function leaseFor(burst: Burst, now: number): { leaseMs: number; heartbeatMs: number } {
  if (burst.releasedAt !== undefined) {
    return { leaseMs: limits.leaseSendingMs, heartbeatMs: limits.heartbeatSendingMs };
  }
  const span = releaseSpan(burst);
  const isNear =
    (span !== undefined && now >= span.firstAt - limits.nearMs) ||
    (burst.standbyFrom !== undefined && now >= burst.standbyFrom - limits.nearMs);
  return isNear
    ? { leaseMs: limits.leaseNearMs, heartbeatMs: limits.heartbeatNearMs }
    : { leaseMs: limits.leaseFarMs, heartbeatMs: limits.heartbeatFarMs };
}
