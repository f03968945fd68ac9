// Sends one claimed window: paced, guarded before every call, each entry's outcome known or in doubt.

import type { SentBatch } from '#channels/contract.ts';
import type { Window } from '#domain/lane.ts';
import type { Slot } from '#domain/pace.ts';
import type { EntryOutcome } from '#domain/window-record.ts';
import { type Halt, mayPass } from './guard.ts';
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
  const waitMs = sending.evenLanes.waitMs(window, sending.pace.perSecond);
  if (waitMs >= 1) await sending.clock.sleep(waitMs);
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

/** The wait after a call of which nothing was accepted, for reasons that pass. */
const PASSING_MS = 1_000;
const TRIES_MAX = 5;
const READ_AHEAD_MS = 150;

function isPassing(answer: SentBatch): boolean {
  if (answer.kind === 'throttled') return answer.why === 'passing';
  return (
    answer.kind === 'answered' &&
    answer.outcomes.some((one) => one.kind === 'throttled' && one.why === 'passing')
  );
}

class WindowRun {
  readonly #sending: Sending;
  readonly #leg: string;
  readonly #to: number;
  readonly #waiting: Candidate[];
  /** Certainly not accepted, to be called again. */
  readonly #again: Candidate[] = [];
  /** How often each one failed for reasons of its own or of the moment. */
  readonly #tries = new Map<number, number>();
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
    return this.#running.size === 0 && this.#again.length > 0 ? this.#again : undefined;
  }

  async #start(source: Candidate[]): Promise<void> {
    const { pace, clock, guard, share } = this.#sending;
    if (share.perSecond === 0 && !(await this.#waitForShare())) return;
    pace.share(share.perSecond);
    const size = pace.callSize;
    this.#dropHeld(source, size);
    const batch = source.splice(0, size);
    if (batch.length === 0) return;
    const slot = await this.#slotFor(batch.length);
    if (!slot) {
      source.unshift(...batch);
      return;
    }
    const callable = batch.filter((candidate) => !this.#holdBack(candidate));
    if (callable.length === 0) return pace.giveBack(slot, clock.monotonic());
    const call = this.#call(callable, slot).finally(() => this.#running.delete(call));
    this.#running.add(call);
    await guard.keep();
  }

  /**
   * A slot whose time has come, with leave to call; undefined when halted. The pace is kept by the
   * monotonic clock: when the wall clock is set, calls come neither closer nor further apart.
   */
  async #slotFor(recipients: number): Promise<Slot | undefined> {
    const { pace, clock, guard } = this.#sending;
    for (;;) {
      const slot = pace.take(recipients, clock.monotonic());
      await this.#readAhead(slot);
      // Met late by a millisecond, since only T is worth spinning for; it may move on meanwhile.
      while (clock.monotonic() < slot.at) await clock.sleep(slot.at - clock.monotonic());
      // Answered from memory where possible: at T nothing may stand between timer and call.
      const halt = guard.halt(this.#leg);
      this.#halt ??= mayPass(halt) ? await guard.check(this.#leg) : halt;
      // A read that took long, or a stalled process: what waited meanwhile must not all start now.
      if (this.#halt === undefined && !pace.isLate(slot, clock.monotonic())) return slot;
      pace.giveBack(slot, clock.monotonic());
      if (this.#halt !== undefined) return undefined;
    }
  }

  /** Where calls are far apart, header and change log are read before the slot, not in its time. */
  async #readAhead(slot: Slot): Promise<void> {
    const { clock, guard } = this.#sending;
    const waitMs = slot.at - clock.monotonic();
    if (waitMs < 2 * READ_AHEAD_MS) return;
    await clock.sleep(waitMs - READ_AHEAD_MS);
    // Whatever fails here is found out, and tried again, when the slot has come.
    await guard.refresh().catch(() => undefined);
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

  async #call(batch: readonly Candidate[], slot: Slot): Promise<void> {
    const { clock, pace, senders } = this.#sending;
    const sender = senders.get(this.#leg);
    if (!sender) {
      pace.giveBack(slot, clock.monotonic());
      this.#again.push(...batch);
      this.#refuse('not_prepared');
      return;
    }
    const startedAt = clock.now();
    this.#firstCallAt ??= startedAt;
    this.#sending.called(this.#leg, startedAt);
    pace.started(slot, clock.monotonic());
    // A sender never throws; should one do, nobody may count as accepted.
    const answer = await sender
      .send(batch)
      .catch(
        (error: unknown): SentBatch => ({ kind: 'unknown', reason: String(error).slice(0, 200) }),
      );
    this.#lastAnswerAt = clock.now();
    this.#settle(batch, answer, slot);
  }

  #settle(batch: readonly Candidate[], answer: SentBatch, slot: Slot): void {
    const { pace, clock, guard } = this.#sending;
    const before = this.#accepted;
    let tooFast = 0;
    if (answer.kind === 'answered') {
      for (const [index, candidate] of batch.entries()) this.#settleEntry(candidate, answer, index);
      tooFast = answer.outcomes.filter((one) => one.kind === 'throttled' && !one.why).length;
    } else if (answer.kind === 'throttled') {
      this.#again.push(...batch);
      if (answer.why === undefined) tooFast = batch.length;
    } else if (answer.kind === 'refused') {
      // Nothing left and nothing will: a person has to look before anybody is written off.
      this.#again.push(...batch);
      this.#refuse(answer.reason);
    } else {
      for (const { ordinal } of batch) this.#except(ordinal, 'in_doubt', answer.reason);
    }
    const accepted = this.#accepted - before;
    pace.answered(slot, { accepted, throttled: tooFast }, clock.monotonic());
    if (accepted > 0) guard.progressed(this.#leg);
    else if (isPassing(answer)) pace.pause(PASSING_MS, clock.monotonic());
  }

  #settleEntry(
    candidate: Candidate,
    answer: Extract<SentBatch, { kind: 'answered' }>,
    index: number,
  ): void {
    const outcome = answer.outcomes[index] ?? { kind: 'unknown', reason: 'no_entry' };
    if (outcome.kind === 'accepted') this.#accepted += 1;
    else if (outcome.kind === 'throttled') this.#settleThrottled(candidate, outcome);
    else if (outcome.kind === 'refused') this.#except(candidate.ordinal, 'refused', outcome.reason);
    else this.#except(candidate.ordinal, 'in_doubt', outcome.reason);
  }

  #settleThrottled(candidate: Candidate, { why, reason }: { why?: string; reason: string }): void {
    if (why === 'lasting') this.#refuse(reason);
    const { ordinal } = candidate;
    const tries = (this.#tries.get(ordinal) ?? 0) + (why === 'passing' ? 1 : 0);
    this.#tries.set(ordinal, tries);
    // Where others are accepted, one that keeps failing must not hold them up.
    const isOdd = tries >= TRIES_MAX && this.#accepted > 0;
    if (isOdd) this.#except(ordinal, 'not_called', reason);
    else this.#again.push(candidate);
  }

  #refuse(reason: string): void {
    this.#halt ??= 'refused';
    this.#haltReason ??= reason;
  }

  #except(ordinal: number, state: EntryOutcome['state'], reason: string): void {
    this.#exceptions.set(ordinal, { ordinal, state, reason });
  }

  #result(): SentWindow {
    for (const { ordinal } of this.#again) this.#except(ordinal, 'not_called', 'throttled');
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
