// The messages of one queue: in a file before anybody is told, in memory for speed.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type AppendLog, openAppendLog } from '../../append-log.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAt: number;
  receives: number;
  firstReceivedAt?: number;
  visibleAt: number;
  handle?: string;
}

type Operation =
  | { kind: 'send'; id: string; body: string; at: number; delayMs?: number }
  | { kind: 'receive'; ids: string[]; at: number }
  | { kind: 'delete'; ids: string[] };

export interface MessageStoreOptions {
  readonly file: string;
  readonly now: () => number;
  /** A message received this often moves on instead of being handed out again. */
  readonly receivesMax?: number;
  readonly deadLetter?: MessageStore;
  readonly retentionMs?: number;
}

/**
 * At least once and unordered, like the service. Receipts are counted durably, but which messages
 * are out with a receiver is not kept: after a restart everything undeleted is handed out again.
 */
export class MessageStore {
  readonly #options: MessageStoreOptions;
  readonly #log: AppendLog;
  readonly #ready = new Map<string, Message>();
  /** Out with a receiver, or delayed. */
  readonly #away = new Map<string, Message>();
  readonly #handles = new Map<string, Message>();

  constructor(options: MessageStoreOptions) {
    this.#options = options;
    this.#log = openCompacted(options.file, this.#ready);
  }

  send(bodies: readonly string[], delayMs = 0): Message[] {
    const at = this.#options.now();
    const sent = bodies.map((body) => toMessage(randomUUID(), body, at, delayMs));
    const delay = delayMs > 0 ? { delayMs } : {};
    this.#log.append(...sent.map(({ id, body }) => ({ kind: 'send', id, body, at, ...delay })));
    for (const message of sent) (delayMs > 0 ? this.#away : this.#ready).set(message.id, message);
    return sent;
  }

  /** Messages of another queue, which keep their ids. */
  adopt(messages: readonly Message[]): void {
    const at = this.#options.now();
    this.#log.append(...messages.map(({ id, body }) => ({ kind: 'send', id, body, at })));
    for (const { id, body } of messages) this.#ready.set(id, toMessage(id, body, at, 0));
  }

  receive(max: number, visibilityMs: number): Message[] {
    this.#bringBack();
    const now = this.#options.now();
    const taken: Message[] = [];
    const over: Message[] = [];
    for (const message of this.#ready.values()) {
      if (taken.length === max) break;
      (this.#isOver(message, now) ? over : taken).push(message);
    }
    this.#end(over, now);
    if (taken.length > 0) {
      this.#log.append({ kind: 'receive', ids: taken.map(({ id }) => id), at: now });
    }
    for (const message of taken) this.#handOut(message, now, visibilityMs);
    return taken;
  }

  /** False where the handle is not that of the last receipt. */
  remove(handle: string): boolean {
    const message = this.#handles.get(handle);
    if (!message) return false;
    this.#log.append({ kind: 'delete', ids: [message.id] });
    this.#forget(message);
    return true;
  }

  changeVisibility(handle: string, visibilityMs: number): boolean {
    const message = this.#handles.get(handle);
    if (!message || !this.#away.has(message.id)) return false;
    message.visibleAt = this.#options.now() + visibilityMs;
    return true;
  }

  counts(): { ready: number; inFlight: number; delayed: number } {
    this.#bringBack();
    const delayed = [...this.#away.values()].filter(({ receives }) => receives === 0).length;
    return { ready: this.#ready.size, inFlight: this.#away.size - delayed, delayed };
  }

  /** Milliseconds until a message becomes visible again; infinite when none is away. */
  backIn(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { visibleAt } of this.#away.values()) next = Math.min(next, visibleAt);
    return Math.max(0, next - this.#options.now());
  }

  close(): void {
    this.#log.close();
  }

  #bringBack(): void {
    const now = this.#options.now();
    for (const message of this.#away.values()) {
      if (message.visibleAt > now) continue;
      this.#away.delete(message.id);
      this.#ready.set(message.id, message);
    }
  }

  #isOver(message: Message, now: number): boolean {
    return this.#isExpired(message, now) || this.#isWorn(message);
  }

  #isExpired(message: Message, now: number): boolean {
    return now - message.sentAt > (this.#options.retentionMs ?? Number.POSITIVE_INFINITY);
  }

  #isWorn(message: Message): boolean {
    const { deadLetter, receivesMax } = this.#options;
    return deadLetter !== undefined && message.receives >= (receivesMax ?? Infinity);
  }

  /** Worn messages go to the dead-letter queue first; those past their retention simply end. */
  #end(messages: readonly Message[], now: number): void {
    if (messages.length === 0) return;
    const worn = messages.filter((message) => !this.#isExpired(message, now));
    this.#options.deadLetter?.adopt(worn);
    this.#log.append({ kind: 'delete', ids: messages.map(({ id }) => id) });
    for (const message of messages) this.#forget(message);
  }

  #handOut(message: Message, now: number, visibilityMs: number): void {
    if (message.handle) this.#handles.delete(message.handle);
    message.receives += 1;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + visibilityMs;
    message.handle = randomUUID();
    this.#handles.set(message.handle, message);
    this.#ready.delete(message.id);
    this.#away.set(message.id, message);
  }

  #forget(message: Message): void {
    this.#ready.delete(message.id);
    this.#away.delete(message.id);
    if (message.handle) this.#handles.delete(message.handle);
  }
}

function toMessage(id: string, body: string, at: number, delayMs: number): Message {
  const md5 = createHash('md5').update(body).digest('hex');
  return { id, body, md5, sentAt: at, receives: 0, visibleAt: at + delayMs };
}

/** Replays the log; once most of it is about messages long gone, writes a fresh one first. */
function openCompacted(path: string, live: Map<string, Message>): AppendLog {
  let lines = 0;
  const log = openAppendLog(path, (entry) => {
    lines += 1;
    replay(entry as Operation, live);
  });
  if (lines < 1_000 || lines < live.size * 2) return log;
  log.close();
  const next = `${path}.next`;
  if (existsSync(next)) rmSync(next);
  const compact = openAppendLog(next, () => undefined);
  for (const { id, body, sentAt, receives } of live.values()) {
    compact.append({ kind: 'send', id, body, at: sentAt });
    for (let count = 0; count < receives; count += 1) {
      compact.append({ kind: 'receive', ids: [id], at: sentAt });
    }
  }
  compact.close();
  renameSync(next, path);
  return openAppendLog(path, () => undefined);
}

function replay(operation: Operation, live: Map<string, Message>): void {
  if (operation.kind === 'send') {
    const { id, body, at, delayMs = 0 } = operation;
    live.set(id, toMessage(id, body, at, delayMs));
    return;
  }
  for (const id of operation.ids) {
    if (operation.kind === 'delete') live.delete(id);
    else {
      const message = live.get(id);
      if (message) message.receives += 1;
    }
  }
}
