// What SES tells about its messages afterwards: in SNS's envelope, late, twice, or not at all.

import type { BulkEntry } from '#domain/ports.ts';
import type { SimQueue } from './sim-queue.ts';
import { hashText, type Stream } from './stream.ts';
import type { AcceptedTruth, EventTruth } from './truth.ts';

export interface EventSettings {
  /** E1: events come twice, hours late, or are lost. */
  readonly isUnreliable: boolean;
  readonly lostShare: number;
  /** P5: this share of all addresses bounces for good, a tenth of it complains. */
  readonly bounceShare: number;
}

export class SesEvents {
  readonly #queue: SimQueue;
  readonly #chance: Stream;
  readonly #settings: EventSettings;
  readonly #events: EventTruth[];
  #isHealed = false;

  constructor(queue: SimQueue, chance: Stream, settings: EventSettings, events: EventTruth[]) {
    this.#queue = queue;
    this.#chance = chance;
    this.#settings = settings;
    this.#events = events;
  }

  heal(): void {
    this.#isHealed = true;
  }

  accepted(accepted: AcceptedTruth, entry: BulkEntry): void {
    this.#emit('Send', accepted, entry, 'send', {});
    const draw = hashText(`fate ${entry.to}`) / 2 ** 32;
    const { bounceShare } = this.#settings;
    if (draw < bounceShare * 0.9) {
      this.#emit('Bounce', accepted, entry, 'bounce', { bounceType: 'Permanent' });
    } else if (draw < bounceShare) this.#emit('Complaint', accepted, entry, 'complaint', {});
  }

  refused(at: number, entry: BulkEntry): void {
    const tags = Object.fromEntries(entry.tags.map(({ name, value }) => [name, value]));
    const { burst = '', leg = '', call = '', ordinal = '-1', attempt = '1' } = tags;
    const unaccepted = { at, startedAt: at, burst, leg, call, address: entry.to };
    const numbers = { ordinal: Number(ordinal), attempt: Number(attempt) };
    this.#emit('Reject', { ...unaccepted, ...numbers }, entry, 'reject', { reason: 'Bad content' });
  }

  #emit(
    eventType: 'Send' | 'Bounce' | 'Complaint' | 'Reject',
    accepted: AcceptedTruth,
    entry: BulkEntry,
    part: string,
    detail: object,
  ): void {
    const isFaulty = this.#settings.isUnreliable && !this.#isHealed;
    if (isFaulty && this.#chance.chance(this.#settings.lostShare)) return;
    const timestamp = new Date(Math.floor(accepted.at)).toISOString();
    const tags: Record<string, string[]> = { 'ses:operation': ['SendBulkEmail'] };
    for (const { name, value } of entry.tags) tags[name] = [value];
    const mail = {
      timestamp,
      messageId: `${accepted.burst}-${accepted.ordinal}-${accepted.at}`,
      destination: [entry.to],
      tags,
    };
    const Message = JSON.stringify({ eventType, mail, [part]: { timestamp, ...detail } });
    const { burst, ordinal, attempt, address } = accepted;
    const kind = eventType;
    const body = JSON.stringify({ Type: 'Notification', Message });
    this.#events.push({ kind, burst, ordinal, attempt, address, body, recordedAt: undefined });
    this.#queue.put(body, this.#delays(eventType, isFaulty));
  }

  #delays(eventType: string, isFaulty: boolean): number[] {
    const soon = eventType === 'Send' || eventType === 'Reject' ? 50 : 1_500;
    const delay = () => {
      if (isFaulty && this.#chance.chance(0.2)) return this.#chance.logUniform(1, 1_200_000);
      return soon + this.#chance.between(0, 1_000);
    };
    const copies = isFaulty && this.#chance.chance(0.2) ? this.#chance.integer(2, 4) : 1;
    return Array.from({ length: copies }, delay);
  }
}
