// One warm container of the fleet: it runs invocations, has a clock of its own, and may crash,
// stall or be frozen at any await. The code inside never learns of it.

import { Fault } from '#domain/faults.ts';
import type { Clock, Entropy, Log } from '#domain/ports.ts';
import type { Decision, Faults, Port } from './fault-plan.ts';
import type { Schedule } from './schedule.ts';
import type { Stream } from './stream.ts';
import type { Trace } from './trace.ts';

/** What nodes share. */
export interface Surroundings {
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly faults: Faults;
  /** Counts awaits over all nodes: the number by which a scripted fault finds its place. */
  awaits: number;
  crashes: number;
  unanswered: number;
  /** Something worth counting came about. */
  note(state: string): void;
  /** Another tick is wanted at this very moment. */
  onDuplicateTick(): void;
  onLog(node: SimNode, event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** One request of code under test to the world. */
export interface Request<R> {
  readonly port: Port;
  readonly verb: string;
  readonly what: string;
  readonly isWrite: boolean;
  /** Typical round trip. */
  readonly latencyMs: number;
  /** After this the caller gives up. */
  readonly timeoutMs: number;
  /** The effect and the answer; runs in one go at the provider. May throw a definite error. */
  readonly apply: () => R | Promise<R>;
  /** What the caller sees when the answer is lost, or an error that proves nothing. */
  readonly unanswered: (why: string) => Error;
  /** What it sees when it was turned away before any effect. */
  readonly refused: (chance: number) => Error;
  /** What it sees when the answer is garbage; absent: as unanswered. */
  readonly garbled?: (answer: R, chance: number) => R;
}

export class SimNode {
  readonly name: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  isAlive = true;
  isBusy = false;
  /** Wall clock minus true time. */
  skewMs: number;
  /** Module memory that outlives an invocation. */
  readonly memory = new Map<string, unknown>();
  readonly #world: Surroundings;
  readonly #chance: Stream;
  readonly #bootedAt: number;
  #stalledUntil = 0;
  /** Wake-ups that came while the container was frozen between two invocations. */
  #thawed: (() => void)[] = [];
  #isFrozen = false;

  constructor(world: Surroundings, name: string, chance: Stream, skewMs: number) {
    this.#world = world;
    this.name = name;
    this.#chance = chance;
    this.skewMs = skewMs;
    this.#bootedAt = world.schedule.now - chance.between(100, 5_000);
    this.clock = {
      now: () => world.schedule.now + this.skewMs,
      monotonic: () => world.schedule.now - this.#bootedAt,
      sleep: (milliseconds) => this.#sleep(milliseconds),
      sleepUntil: (at) => this.#sleepUntil(at),
    };
    this.entropy = {
      id: () => sortableId(world.schedule.now + this.skewMs, chance),
      fraction: () => chance.fraction(),
    };
    const note = (level: string) => (event: string, fields?: Readonly<Record<string, unknown>>) => {
      world.trace.note(world.schedule.now, name, `${level} ${event} ${brief(fields)}`);
      world.onLog(this, event, fields ?? {});
    };
    this.log = { info: note('info'), warn: note('warn'), error: note('error') };
  }

  /**
   * Runs one invocation; `ended` is told how it went, unless the container dies first.
   * After it the container is frozen: what it left running goes on with the next invocation.
   */
  invoke(run: () => Promise<void>, ended: (error: unknown) => void): void {
    this.isBusy = true;
    this.#isFrozen = false;
    const thawed = this.#thawed;
    if (thawed.length > 0) this.#world.note('thawed with work left over');
    this.#thawed = [];
    for (const wake of thawed) this.#world.schedule.after(0, () => this.deliver(wake));
    const over = (error: unknown) => {
      if (!this.isAlive) return;
      this.isBusy = false;
      this.#isFrozen = true;
      ended(error);
    };
    run().then(() => over(undefined), over);
  }

  /** From here on nothing it awaits settles and nothing it asks for happens. */
  crash(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#world.crashes += 1;
    this.#world.note(`crash: ${why}`);
    this.#world.trace.note(this.#world.schedule.now, this.name, `CRASH ${why}`);
  }

  stall(milliseconds: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#world.schedule.now + milliseconds);
    this.#note(`STALL ${Math.round(milliseconds)} ms`);
    if (milliseconds < 600_000) return;
    const wake = () => {
      if (this.isAlive) this.#world.note('woke after a zombie stall');
    };
    this.#world.schedule.after(milliseconds, wake, false);
  }

  /** Resumes code in the container, as soon as it is neither stalled nor frozen. */
  deliver(resume: () => void): void {
    if (!this.isAlive) return;
    const { schedule } = this.#world;
    if (schedule.now < this.#stalledUntil) {
      schedule.at(this.#stalledUntil, () => this.deliver(resume));
    } else if (this.#isFrozen) this.#thawed.push(resume);
    else resume();
  }

  /** Sends a request into the world and waits for its answer, if there is one. */
  call<R>(request: Request<R>): Promise<R> {
    if (!this.isAlive) return never();
    const { port, verb, isWrite } = request;
    const decision = this.#decide(port, verb, isWrite, request.what);
    if (!this.isAlive) return never();
    return new Promise((resolve, reject) => {
      this.#carryOut(request, decision, { resolve, reject });
    });
  }

  #decide(port: Port, verb: string, isWrite: boolean, what: string): Decision {
    const world = this.#world;
    const index = world.awaits;
    world.awaits += 1;
    const decision = world.faults.decide({ port, verb, isWrite, index, at: world.schedule.now });
    const { strike } = decision;
    this.#note(strike === 'none' ? what : `${what} !! ${strike}`);
    if (strike !== 'none') world.note(`${strike} at ${port} ${verb}`);
    if (strike === 'crash_before') this.crash('before the effect');
    if (strike === 'duplicate_tick') world.onDuplicateTick();
    return decision;
  }

  #carryOut<R>(request: Request<R>, decision: Decision, caller: Caller<R>): void {
    const { schedule } = this.#world;
    const { strike } = decision;
    const latency = this.#latency(request.latencyMs);
    const giveUp = (error: Error, after: number) => {
      if (strike !== 'refused') this.#world.unanswered += 1;
      schedule.after(after, () => this.deliver(() => caller.reject(error)));
    };
    const effect = (after: number, then?: (answer: Promise<R>) => void) => {
      schedule.after(
        after,
        () => {
          const answer = attempt(request.apply);
          then?.(answer);
        },
        false,
      );
    };
    switch (strike) {
      case 'refused':
        giveUp(request.refused(decision.chance), latency);
        break;
      case 'lost_no_effect':
        giveUp(request.unanswered('no answer'), request.timeoutMs);
        break;
      case 'lost_effect':
        effect(latency / 2);
        giveUp(request.unanswered('no answer'), request.timeoutMs);
        break;
      case 'error_effect':
        effect(latency / 2);
        giveUp(request.unanswered('answered 500'), latency);
        break;
      case 'late':
        effect(request.timeoutMs + decision.milliseconds);
        giveUp(request.unanswered('no answer'), request.timeoutMs);
        break;
      case 'crash_after':
        effect(latency / 2, () => this.crash('after the effect'));
        break;
      default:
        this.#answer(request, decision, caller, latency, effect);
    }
  }

  /** The effect is done half-way; the answer arrives, or the caller has given up by then. */
  #answer<R>(
    request: Request<R>,
    decision: Decision,
    caller: Caller<R>,
    latency: number,
    effect: (after: number, then: (answer: Promise<R>) => void) => void,
  ): void {
    const { schedule } = this.#world;
    effect(latency / 2, (answered) => {
      const answer =
        decision.strike === 'garbage' ? this.#garble(request, answered, decision.chance) : answered;
      schedule.after(Math.min(latency, request.timeoutMs) - latency / 2, () => {
        if (decision.strike === 'stall' || decision.strike === 'zombie') {
          this.stall(decision.milliseconds);
        }
        this.deliver(() => {
          if (latency > request.timeoutMs) {
            this.#world.unanswered += 1;
            caller.reject(request.unanswered('timed out'));
          } else if (decision.strike === 'crash_answered') this.crash('with the answer in hand');
          else answer.then(caller.resolve, caller.reject);
        });
      });
    });
  }

  #garble<R>(request: Request<R>, answer: Promise<R>, chance: number): Promise<R> {
    this.#world.unanswered += 1;
    const { garbled } = request;
    const made = answer.then((real) => {
      if (!garbled) throw request.unanswered('answered garbage');
      return garbled(real, chance);
    });
    made.catch(() => undefined);
    return made;
  }

  /** Around the typical round trip, with a long tail. */
  #latency(typical: number): number {
    const draw = this.#chance.fraction();
    const body = typical * (0.6 + 0.8 * this.#chance.fraction());
    if (draw < 0.98) return body;
    return body * this.#chance.logUniform(2, 60);
  }

  #sleep(milliseconds: number): Promise<void> {
    return this.#wake(`sleep ${Math.round(milliseconds)}`, () => milliseconds);
  }

  #sleepUntil(at: number): Promise<void> {
    return this.#wake(`sleep until ${Math.round(at)}`, () => at - this.clock.now(), true);
  }

  /** Timers come a little late, seldom very late; `isExact` ones never early by this very clock. */
  #wake(what: string, remaining: () => number, isExact = false): Promise<void> {
    if (!this.isAlive) return never();
    const { strike, milliseconds } = this.#decide('clock', 'sleep', false, what);
    if (!this.isAlive) return never();
    return new Promise((resolve) => {
      const wait = () => {
        const late = this.#chance.chance(0.01)
          ? this.#chance.between(1, 30)
          : this.#chance.between(0, 1.5);
        this.#world.schedule.after(Math.max(0, remaining()) + late, () => this.deliver(woken));
      };
      const woken = () => {
        if (isExact && remaining() > 0) return wait();
        if (strike.startsWith('crash')) return this.crash('at a timer');
        if (strike !== 'none' && milliseconds > 0) {
          this.stall(milliseconds);
          return this.deliver(resolve);
        }
        resolve();
      };
      wait();
    });
  }

  #note(what: string): void {
    this.#world.trace.note(this.#world.schedule.now, this.name, what);
  }
}

interface Caller<R> {
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
}

/** What a dead container waits for. */
function never<R>(): Promise<R> {
  return new Promise(() => undefined);
}

function attempt<R>(apply: () => R | Promise<R>): Promise<R> {
  let answer: Promise<R>;
  try {
    answer = Promise.resolve(apply());
  } catch (error) {
    answer = Promise.reject(error);
  }
  // Whether anybody is left to hear of it is decided later.
  answer.catch(() => undefined);
  return answer;
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function sortableId(now: number, chance: Stream): string {
  let rest = Math.floor(now);
  let time = '';
  for (let index = 0; index < 10; index += 1) {
    time = LETTERS[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let tail = '';
  for (let index = 0; index < 4; index += 1) {
    const bits = chance.bits();
    for (let place = 0; place < 20; place += 5) tail += LETTERS[(bits >>> place) & 31];
  }
  return time + tail;
}

function brief(fields: Readonly<Record<string, unknown>> | undefined): string {
  return fields === undefined ? '' : JSON.stringify(fields);
}

/** The fault a lost table answer shows. */
export function storeUnanswered(why: string): Error {
  return new Fault('store_unanswered', `the table did not answer: ${why}`, { retryable: true });
}
