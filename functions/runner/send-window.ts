// Sends one claimed window: paced, guarded before every call, each entry's outcome known or in doubt.

import type { SentBatch } from '#channels/contract.ts';
import { callSize, type Window } from '#domain/lane.ts';
import type { EntryOutcome } from '#domain/window-record.ts';
import type { Halt } from './guard.ts';
import type { Candidate } from './members.ts';
import type { Sending } from './sending.ts';

export interface SentWindow {
  /** Entries that were not plainly accepted, ascending by ordinal. */
  readonly exceptions: readonly EntryOutcome[];
  readonly accepted: number;
  /** Ordinals below this were dealt with; the rest was never called. */
  readonly calledTo: number;
  readonly halt?: Halt | 'refused';
  readonly haltReason?: string;
  readonly firstCallAt?: number;
  readonly lastAnswerAt?: number;
}

/** The window must be claimed by this runner's own epoch. Never throws for a provider's sake. */
export async function sendWindow(
  sending: Sending,
  leg: string,
  window: Pick<Window, 'from' | 'to'>,
): Promise<SentWindow> {
  const candidates = await sending.members.range(window.from, window.to);
  return new WindowRun(sending, leg, window.to, candidates).run();
}

/** The same for single entries that were freed one by one. */
export function sendEntries(
  sending: Sending,
  leg: string,
  candidates: readonly Candidate[],
): Promise<SentWindow> {
  return new WindowRun(sending, leg, Number.MAX_SAFE_INTEGER, candidates).run();
}

class WindowRun {
  readonly #sending: Sending;
  readonly #leg: string;
  readonly #to: number;
  readonly #waiting: Candidate[];
  readonly #throttled: Candidate[] = [];
  readonly #exceptions = new Map<number, EntryOutcome>();
  readonly #running = new Set<Promise<void>>();
  #accepted = 0;
  #halt: Halt | 'refused' | undefined;
  #haltReason: string | undefined;
  #firstCallAt: number | undefined;
  #lastAnswerAt: number | undefined;

  constructor(sending: Sending, leg: string, to: number, candidates: readonly Candidate[]) {
    this.#sending = sending;
    this.#leg = leg;
    this.#to = to;
    this.#waiting = [...candidates];
  }

  async run(): Promise<SentWindow> {
    while (this.#halt === undefined) {
      const source = this.#source();
      if (source) await this.#start(source);
      else if (this.#running.size > 0) await Promise.race(this.#running);
      else break;
    }
    await Promise.all(this.#running);
    return this.#result();
  }

  /** Fresh entries in order first; throttled ones again once no call is under way. */
  #source(): Candidate[] | undefined {
    if (this.#waiting.length > 0) return this.#waiting;
    return this.#running.size === 0 && this.#throttled.length > 0 ? this.#throttled : undefined;
  }

  async #start(source: Candidate[]): Promise<void> {
    const { pace, clock, guard, share } = this.#sending;
    if (share.perSecond === 0 && !(await this.#waitForShare())) return;
    pace.share(share.perSecond);
    const size = callSize(pace.perSecond);
    this.#dropHeld(source, size);
    const batch = source.splice(0, size);
    if (batch.length === 0) return;
    const slotAt = pace.take(batch.length, clock.now());
    // A slot of the pace may be met late by a millisecond; only T is worth spinning for.
    while (clock.now() < slotAt) await clock.sleep(slotAt - clock.now());
    // Answered from memory where possible: at T nothing may stand between timer and call.
    const halt = guard.halt(this.#leg);
    this.#halt ??= halt === 'unreadable' ? await guard.check(this.#leg) : halt;
    if (this.#halt !== undefined) {
      pace.giveBack(batch.length);
      source.unshift(...batch);
      return;
    }
    const callable = batch.filter((candidate) => !this.#holdBack(candidate));
    if (callable.length === 0) return;
    const call = this.#call(callable).finally(() => this.#running.delete(call));
    this.#running.add(call);
    await guard.keep();
  }

  /** Other bursts use the whole quota, or it cannot be read: nothing is called meanwhile. */
  async #waitForShare(): Promise<boolean> {
    const { clock, guard, share } = this.#sending;
    await clock.sleep(250);
    await guard.keep();
    const halt = await guard.check(this.#leg);
    this.#halt ??= halt;
    return halt === undefined && share.perSecond > 0;
  }

  /** Where many are held back in a row, they take no place in the rate. */
  #dropHeld(source: Candidate[], size: number): void {
    if (!this.#sending.holdBack.isAskedFirst(this.#leg)) return;
    for (let at = 0; at < Math.min(size, source.length); ) {
      const candidate = source[at];
      if (candidate && this.#holdBack(candidate)) source.splice(at, 1);
      else at += 1;
    }
  }

  #holdBack(candidate: Candidate): boolean {
    const { clock, holdBack } = this.#sending;
    const held = holdBack.why(this.#leg, candidate, clock.now());
    if (held === undefined) return false;
    this.#exceptions.set(candidate.ordinal, { ordinal: candidate.ordinal, ...held });
    return true;
  }

  async #call(batch: readonly Candidate[]): Promise<void> {
    const { clock, senders } = this.#sending;
    const sender = senders.get(this.#leg);
    if (!sender) throw new Error(`leg ${this.#leg} has no sender`);
    const startedAt = clock.now();
    this.#firstCallAt ??= startedAt;
    this.#sending.called(this.#leg, startedAt);
    const answer = await sender.send(batch);
    this.#lastAnswerAt = clock.now();
    this.#settle(batch, answer);
  }

  #settle(batch: readonly Candidate[], answer: SentBatch): void {
    const { pace, clock, guard } = this.#sending;
    if (answer.kind === 'answered') {
      const before = this.#accepted;
      for (const [index, candidate] of batch.entries()) this.#settleEntry(candidate, answer, index);
      const accepted = this.#accepted - before;
      const throttled = answer.outcomes.filter((one) => one.kind === 'throttled').length;
      pace.answered(accepted, throttled, clock.now());
      if (accepted > 0) guard.progressed(this.#leg);
    } else if (answer.kind === 'throttled') {
      this.#throttled.push(...batch);
      pace.answered(0, batch.length, clock.now());
    } else if (answer.kind === 'refused') {
      // Nothing left and nothing will: a person has to look before anybody is written off.
      this.#throttled.push(...batch);
      this.#halt ??= 'refused';
      this.#haltReason ??= answer.reason;
    } else {
      for (const { ordinal } of batch) this.#except(ordinal, 'in_doubt', answer.reason);
    }
  }

  #settleEntry(
    candidate: Candidate,
    answer: Extract<SentBatch, { kind: 'answered' }>,
    index: number,
  ): void {
    const outcome = answer.outcomes[index] ?? { kind: 'unknown', reason: 'no_entry' };
    if (outcome.kind === 'accepted') this.#accepted += 1;
    else if (outcome.kind === 'throttled') this.#throttled.push(candidate);
    else if (outcome.kind === 'refused') this.#except(candidate.ordinal, 'refused', outcome.reason);
    else this.#except(candidate.ordinal, 'in_doubt', outcome.reason);
  }

  #except(ordinal: number, state: EntryOutcome['state'], reason: string): void {
    this.#exceptions.set(ordinal, { ordinal, state, reason });
  }

  #result(): SentWindow {
    for (const { ordinal } of this.#throttled) this.#except(ordinal, 'not_called', 'throttled');
    const calledTo = this.#waiting[0]?.ordinal ?? this.#to;
    return {
      exceptions: [...this.#exceptions.values()]
        .filter((one) => one.ordinal < calledTo)
        .sort((a, b) => a.ordinal - b.ordinal),
      accepted: this.#accepted,
      calledTo,
      ...(this.#halt === undefined ? {} : { halt: this.#halt }),
      ...(this.#haltReason === undefined ? {} : { haltReason: this.#haltReason }),
      ...(this.#firstCallAt === undefined ? {} : { firstCallAt: this.#firstCallAt }),
      ...(this.#lastAnswerAt === undefined ? {} : { lastAnswerAt: this.#lastAnswerAt }),
    };
  }
}
