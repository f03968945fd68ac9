// The feedback queue as it behaves from outside: at least once, in no order, again when nobody
// acknowledges, and aside after too many tries.

import type { DeadLetter } from '#domain/ports.ts';
import type { QueueMessage } from '#feedback/record.ts';
import type { Schedule } from './schedule.ts';
import type { Stream } from './stream.ts';

interface Waiting extends QueueMessage {
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
}

export interface QueueSettings {
  /** After this an unacknowledged message comes again. */
  readonly visibilityMs: number;
  readonly receivesMax: number;
  /** Share of deliveries that happen although the message was acknowledged. */
  duplicateShare: number;
}

const SENT_MAX = 400;

export class SimQueue {
  readonly settings: QueueSettings;
  /** Set aside; `visibleAt` says from when on the next one may look at it. */
  readonly dead: Waiting[] = [];
  /** Bodies that were ever put, the last few hundred of them. */
  readonly sent: string[] = [];
  /** Of one message, between two redrives. */
  receivesMost = 0;
  readonly #schedule: Schedule;
  readonly #chance: Stream;
  readonly #waiting: Waiting[] = [];
  #messages = 0;

  constructor(schedule: Schedule, chance: Stream, settings: QueueSettings) {
    this.#schedule = schedule;
    this.#chance = chance;
    this.settings = settings;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Milliseconds until something may be received; undefined while the queue is empty. */
  nextIn(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    const next = Math.min(...this.#waiting.map((message) => message.visibleAt));
    return Math.max(0, next - this.#schedule.now);
  }

  /** Becomes visible after a delay; several delays make several copies. */
  put(body: string, delaysMs: readonly number[]): void {
    if (this.sent.length < SENT_MAX) this.sent.push(body);
    for (const delay of delaysMs) {
      this.#messages += 1;
      const visibleAt = this.#schedule.now + delay;
      const sentAt = this.#schedule.now;
      this.#waiting.push({ messageId: `q${this.#messages}`, body, sentAt, visibleAt, receives: 0 });
    }
  }

  /** Up to so many visible messages, in no order; they stay until they are acknowledged. */
  receive(most: number): QueueMessage[] {
    const { now } = this.#schedule;
    const visible = this.#waiting.filter((message) => message.visibleAt <= now);
    const taken: Waiting[] = [];
    while (taken.length < most && visible.length > 0) {
      const [one] = visible.splice(this.#chance.integer(0, visible.length - 1), 1);
      if (!one) break;
      one.receives += 1;
      one.visibleAt = now + this.settings.visibilityMs;
      if (one.receives > this.settings.receivesMax) {
        this.#remove(one);
        this.dead.push({ ...one, visibleAt: now });
      } else {
        taken.push(one);
        this.receivesMost = Math.max(this.receivesMost, one.receives);
      }
    }
    return taken.map(({ messageId, body, receives }) => ({
      messageId,
      body,
      attributes: { ApproximateReceiveCount: String(receives) },
    }));
  }

  receiveDead(most: number, hideSeconds: number): DeadLetter[] {
    const { now } = this.#schedule;
    const taken = this.dead.filter((message) => message.visibleAt <= now).slice(0, most);
    for (const message of taken) message.visibleAt = now + hideSeconds * 1_000;
    return taken.map(({ messageId: id, body, sentAt }) => ({ id, body, sentAt, receipt: id }));
  }

  giveBackDead(receipts: readonly string[]): void {
    for (const message of this.dead) {
      if (receipts.includes(message.messageId)) message.visibleAt = this.#schedule.now;
    }
  }

  removeDead(receipt: string): void {
    const index = this.dead.findIndex(({ messageId }) => messageId === receipt);
    if (index >= 0) this.dead.splice(index, 1);
  }

  acknowledge(messageId: string): void {
    const message = this.#waiting.find((one) => one.messageId === messageId);
    if (!message) return;
    if (this.#chance.chance(this.settings.duplicateShare)) {
      message.visibleAt = this.#schedule.now + this.#chance.between(0, 5_000);
    } else this.#remove(message);
  }

  #remove(message: Waiting): void {
    const index = this.#waiting.indexOf(message);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}
