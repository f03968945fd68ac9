// People who got an email, and what comes back of them through the feedback queue.

import type { Schedule } from './schedule.ts';
import type { SimQueue } from './sim-queue.ts';
import type { Stream } from './stream.ts';
import type { AcceptedTruth, ConversionTruth, Truth } from './truth.ts';

export class Readers {
  readonly #queue: SimQueue;
  readonly #schedule: Schedule;
  readonly #chance: Stream;
  readonly #truth: Truth;
  readonly #conversions = new Map<string, ConversionTruth>();
  #events = 0;

  constructor(queue: SimQueue, schedule: Schedule, chance: Stream, truth: Truth) {
    this.#queue = queue;
    this.#schedule = schedule;
    this.#chance = chance;
    this.#truth = truth;
  }

  /** Somebody of the burst who got her email; undefined while nobody has. */
  anybody(burst: string): AcceptedTruth | undefined {
    const all = this.#truth.accepted.filter((one) => one.burst === burst);
    return all.length === 0 ? undefined : this.#chance.pick(all);
  }

  /** True when somebody could do it. */
  act(burst: string, kind: 'click' | 'convert' | 'complain' | 'replay' | 'poison'): boolean {
    if (kind === 'poison') return this.#put(`poison ${this.#chance.bits()}`);
    if (kind === 'replay') return this.#replay();
    const reader = this.anybody(burst);
    if (!reader) return false;
    if (kind === 'complain') return this.#complain(reader);
    return this.#follow(reader, kind);
  }

  /** The conversion that this message told of, at its first acknowledgement. */
  heard(body: string, at: number): ConversionTruth | undefined {
    const conversion = this.#conversions.get(body);
    if (!conversion || conversion.recordedAt !== undefined) return undefined;
    conversion.recordedAt = at;
    return conversion;
  }

  #follow({ burst, leg, call, ordinal, address }: AcceptedTruth, kind: 'click' | 'convert') {
    this.#events += 1;
    const at = Math.floor(this.#schedule.now);
    const base = { id: `reader-${this.#events}`, at, burst, leg, call, ordinal };
    if (kind === 'click') {
      this.#truth.clicks.push({ burst, ordinal });
      const agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/148.0';
      const seen = { method: 'GET', agent, visitor: `v${ordinal}`, network: 'n' };
      return this.#put(JSON.stringify({ kind: 'click', ...base, ...seen }));
    }
    const body = JSON.stringify({ kind: 'conversion', ...base });
    const conversion = { burst, ordinal, address, at, recordedAt: undefined };
    this.#conversions.set(body, conversion);
    this.#truth.conversions.push(conversion);
    return this.#put(body);
  }

  #complain({ burst, leg, call, ordinal, attempt, address, at }: AcceptedTruth): boolean {
    const timestamp = new Date(Math.floor(this.#schedule.now)).toISOString();
    const tags = { burst, leg, call, ordinal, attempt };
    const mail = {
      timestamp,
      messageId: `${burst}-${ordinal}-${at}`,
      destination: [address],
      tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [`${value}`]])),
    };
    const Message = JSON.stringify({ eventType: 'Complaint', mail, complaint: { timestamp } });
    const body = JSON.stringify({ Type: 'Notification', Message });
    const event = { kind: 'Complaint', burst, ordinal, attempt, address, body } as const;
    this.#truth.events.push({ ...event, recordedAt: undefined });
    return this.#put(body);
  }

  /** Whatever came lately comes again, in no order. */
  #replay(): boolean {
    const { sent } = this.#queue;
    if (sent.length === 0) return false;
    for (let count = Math.min(60, sent.length); count > 0; count -= 1) {
      this.#queue.put(this.#chance.pick(sent), [this.#chance.between(10, 3_000)]);
    }
    return true;
  }

  #put(body: string): boolean {
    this.#queue.put(body, [this.#chance.between(20, 800)]);
    return true;
  }
}
