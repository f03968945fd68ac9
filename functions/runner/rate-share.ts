// One rate lease per SES account and Region: how much of the quota this burst may use.

import { limits } from '#domain/limits.ts';
import { loadRateLease, type RateLease, saveRateLease } from '#store/rate-leases.ts';
import type { RunnerPorts } from './ports.ts';

export interface ShareRequest {
  readonly holder: string;
  /** The account's stated quota, recipients a second. */
  readonly perSecond: number;
  readonly until: number;
}

/**
 * A burst's share while it sends. Shares of all holders never add up to more than the quota: a
 * newcomer gets what is free, and its part once the others have renewed and made room.
 */
export class RateShare {
  readonly #ports: RunnerPorts;
  readonly #holder: string;
  readonly #quotaPerSecond: number;
  #perSecond = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #endsAt = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | undefined;

  constructor(ports: RunnerPorts, holder: string, quotaPerSecond: number) {
    this.#ports = ports;
    this.#holder = holder;
    this.#quotaPerSecond = quotaPerSecond;
  }

  /** Recipients a second; 0 while nothing is free or the share has lapsed. */
  get perSecond(): number {
    return this.#ports.clock.monotonic() < this.#endsAt ? this.#perSecond : 0;
  }

  /** Takes or renews the share when a third of its time is over, oftener while it is not full. */
  keep(): Promise<void> {
    const age = this.#ports.clock.monotonic() - this.#renewedAt;
    const isFull = this.#perSecond >= this.#quotaPerSecond;
    if (age < (isFull || this.#perSecond > 0 ? limits.rateShareMs / 3 : 1_000)) {
      return Promise.resolve();
    }
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const { table, clock, entropy, account } = this.#ports;
    const issuedAt = clock.monotonic();
    this.#renewedAt = issuedAt;
    const request = {
      holder: this.#holder,
      perSecond: this.#quotaPerSecond,
      until: clock.now() + limits.rateShareMs,
    };
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = await loadRateLease(table, account);
      const { lease, share } = withShare(before, account, request, clock.now());
      const saved = await saveRateLease(table, before, lease, entropy.id());
      if (saved.kind === 'lost') continue;
      this.#perSecond = share;
      this.#endsAt = issuedAt + limits.rateShareMs;
      return;
    }
  }

  /** Gives the share up, so that others need not wait for it to lapse. */
  async giveUp(): Promise<void> {
    const { table, entropy, account } = this.#ports;
    if (this.#endsAt === Number.NEGATIVE_INFINITY) return;
    this.#endsAt = Number.NEGATIVE_INFINITY;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const before = await loadRateLease(table, account);
      if (!before?.leases.some((one) => one.holder === this.#holder)) return;
      const leases = before.leases.filter((one) => one.holder !== this.#holder);
      const saved = await saveRateLease(table, before, { ...before, leases }, entropy.id());
      if (saved.kind === 'saved') return;
    }
  }
}

/** Pure: the lease with this holder's share in it. */
export function withShare(
  before: RateLease | undefined,
  account: string,
  request: ShareRequest,
  now: number,
): { lease: RateLease; share: number } {
  const { holder, perSecond, until } = request;
  const others = (before?.leases ?? []).filter(
    (one) => one.holder !== holder && one.until > now - limits.clockSkewMs && one.perSecond > 0,
  );
  const taken = others.reduce((sum, one) => sum + one.perSecond, 0);
  const fair = perSecond / (others.length + 1);
  const share = Math.max(0, Math.min(fair, perSecond - taken));
  const lease = {
    account,
    revision: before?.revision ?? 0,
    nonce: before?.nonce ?? holder,
    perSecond,
    adapted: before?.adapted ?? perSecond,
    leases: [...others, { holder, perSecond: share, until }],
  };
  return { lease, share };
}
