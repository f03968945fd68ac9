// One rate lease per SES account and Region: how much of the quota this burst may use.

import { limits } from '#domain/limits.ts';
import { loadRateLease, type RateLease, saveRateLease } from '#store/rate-leases.ts';
import type { RunnerPorts } from './ports.ts';

export interface ShareRequest {
  readonly holder: string;
  /** The epoch under which the burst is held: an older one is nobody's any more. */
  readonly epoch: number;
  /** What this burst could make use of, recipients a second. */
  readonly wanted: number;
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
  readonly #epoch: number;
  readonly #quotaPerSecond: number;
  readonly #wanted: number;
  #perSecond = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #endsAt = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | undefined;

  /** @param recipients how many are to be sent to: no more than these in one second is of use */
  constructor(
    ports: RunnerPorts,
    options: { holder: string; epoch: number; quotaPerSecond: number; recipients: number },
  ) {
    this.#ports = ports;
    this.#holder = options.holder;
    this.#epoch = options.epoch;
    this.#quotaPerSecond = options.quotaPerSecond;
    this.#wanted = Math.min(options.quotaPerSecond, Math.max(1, options.recipients));
  }

  /** Recipients a second; 0 while nothing is free or the share has lapsed. */
  get perSecond(): number {
    return this.#ports.clock.monotonic() < this.#endsAt ? this.#perSecond : 0;
  }

  /** Takes or renews the share when a sixth of its time is over, oftener while it is not full. */
  keep(): Promise<void> {
    const age = this.#ports.clock.monotonic() - this.#renewedAt;
    // Short of what it wants, it looks oftener: others may have made room.
    const isShort = this.#perSecond < this.#wanted;
    if (age < (isShort ? 2_000 : limits.rateShareMs / 6)) return Promise.resolve();
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
      epoch: this.#epoch,
      wanted: this.#wanted,
      perSecond: this.#quotaPerSecond,
      until: clock.now() + limits.rateShareMs,
    };
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = await loadRateLease(table, account);
      if (this.#isSucceeded(before)) {
        this.#perSecond = 0;
        return;
      }
      const { lease, share } = withShare(before, account, request, clock.now());
      const saved = await saveRateLease(table, before, lease, entropy.id());
      if (saved.kind === 'lost') continue;
      this.#perSecond = share;
      this.#endsAt = issuedAt + limits.rateShareMs;
      return;
    }
  }

  /** Gives the share up, so that others need not wait for it to lapse; never that of a successor. */
  async giveUp(): Promise<void> {
    const { table, entropy, account } = this.#ports;
    if (this.#endsAt === Number.NEGATIVE_INFINITY) return;
    this.#endsAt = Number.NEGATIVE_INFINITY;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const before = await loadRateLease(table, account);
      const own = before?.leases.find((one) => one.holder === this.#holder);
      if (!before || own?.epoch !== this.#epoch) return;
      const leases = before.leases.filter((one) => one !== own);
      const saved = await saveRateLease(table, before, { ...before, leases }, entropy.id());
      if (saved.kind === 'saved') return;
    }
  }

  /** Another runner holds the burst by now: what stands there is its share, not ours. */
  #isSucceeded(lease: RateLease | undefined): boolean {
    const own = lease?.leases.find((one) => one.holder === this.#holder);
    return own !== undefined && own.epoch > this.#epoch;
  }
}

/**
 * Pure: the lease with this holder's share in it. Shares are max-min fair: nobody gets more than it
 * wants, and what one does not want is divided among the others. What others still hold above
 * their fair part is theirs until they renew.
 */
export function withShare(
  before: RateLease | undefined,
  account: string,
  request: ShareRequest,
  now: number,
): { lease: RateLease; share: number } {
  const { holder, epoch, wanted, perSecond, until } = request;
  const others = (before?.leases ?? []).filter(
    (one) => one.holder !== holder && one.until > now - limits.clockSkewMs,
  );
  const taken = others.reduce((sum, one) => sum + one.perSecond, 0);
  const wants = others.map((one) => one.wanted);
  const share = Math.max(0, Math.min(fairPart(perSecond, wanted, wants), perSecond - taken));
  const lease = {
    account,
    revision: before?.revision ?? 0,
    nonce: before?.nonce ?? holder,
    perSecond,
    leases: [...others, { holder, epoch, wanted, perSecond: share, until }],
  };
  return { lease, share };
}

/** Max-min fairness for one of several wants: the smallest wants are met first. */
function fairPart(quota: number, own: number, others: readonly number[]): number {
  const wants = [own, ...others].sort((a, b) => a - b);
  let left = quota;
  for (const [index, want] of wants.entries()) {
    const equal = left / (wants.length - index);
    if (want >= equal) return Math.min(own, equal);
    if (want === own) return own;
    left -= want;
  }
  return own;
}
