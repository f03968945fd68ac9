// What an SES account may send: so many a second, so many in any 24 hours.

export interface QuotaLimits {
  readonly perSecond: number;
  readonly perDay: number;
}

const DAY_MS = 86_400_000;

/**
 * A bucket that holds one second's worth and fills at the stated rate; short bursts above the
 * rate are taken, sustained ones are not. The day is the rolling 24 hours, in steps of a minute.
 */
export class SendingQuota {
  readonly limits: QuotaLimits;
  #tokens: number;
  #filledAt: number;
  readonly #minutes = new Map<number, number>();

  constructor(limits: QuotaLimits, now: number) {
    this.limits = limits;
    this.#tokens = Math.max(1, limits.perSecond);
    this.#filledAt = now;
  }

  /** Takes one recipient off both, or says which of the two refused. */
  take(now: number): 'taken' | 'throttled' | 'daily_quota' {
    this.#fill(now);
    if (this.#tokens < 1) return 'throttled';
    if (this.sentInDay(now) >= this.limits.perDay) return 'daily_quota';
    this.#tokens -= 1;
    this.recordSent(now);
    return 'taken';
  }

  /** Counts a send of before a restart. */
  recordSent(at: number): void {
    const minute = Math.floor(at / 60_000);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + 1);
  }

  sentInDay(now: number): number {
    const first = Math.floor((now - DAY_MS) / 60_000);
    let sent = 0;
    for (const [minute, count] of this.#minutes) {
      if (minute > first) sent += count;
      else this.#minutes.delete(minute);
    }
    return sent;
  }

  #fill(now: number): void {
    const { perSecond } = this.limits;
    const since = Math.max(0, now - this.#filledAt) / 1_000;
    this.#tokens = Math.min(Math.max(1, perSecond), this.#tokens + since * perSecond);
    this.#filledAt = now;
  }
}
