// The judge. It sees what the providers really accepted, who was to be reached, and what the ledger
// says; it believes the providers. Pure.

import type { ListedRecipients, ShownLedger } from '#commands/show-ledger.ts';
import { type Outcome, outcomesOf } from '../../cli/audit/outcomes.ts';
import type { SesTruth } from './processes/ses.ts';
import type { PostTruth } from './processes/social.ts';

export interface JudgedBurst {
  readonly burst: string;
  /** Whom the burst was meant for, by address; whoever must not be written to stands in `never`. */
  readonly audience: ReadonlySet<string>;
  readonly never: ReadonlySet<string>;
  readonly posts: readonly string[];
  /** When a stop that still stands was acknowledged. */
  readonly stoppedAt?: number;
  /** Absent: the ledger could not be read, and nobody is accounted for. */
  readonly ledger?: ShownLedger;
  readonly recipients: ListedRecipients['recipients'];
}

export interface Verdict {
  /** Recipients accepted by SES, each as often as it was. */
  readonly accepted: number;
  /** Acceptances beyond the first of a recipient or address of one burst, and posts beyond one. */
  readonly duplicates: number;
  /** People and posts whose fate the ledger does not tell, or tells wrongly. */
  readonly unaccounted: number;
  readonly inDoubt: number;
  /** Of those in doubt: SES had accepted them, and the event that says so was lost or late. */
  readonly unprovenThoughSent: number;
  readonly posts: number;
  /** Bursts that never came to rest. */
  readonly unfinished: number;
  /** Calls before the moment, or long after a stop was acknowledged. */
  readonly mistimed: number;
  readonly findings: readonly string[];
}

/** A call that has started a second after a stop may reach a busy machine's socket this much later. */
const STOP_MS = 1_000;
const ARRIVAL_MS = 1_000;

export function judge(
  bursts: readonly JudgedBurst[],
  mailed: readonly SesTruth[],
  posted: readonly PostTruth[],
): Verdict {
  const judged = bursts.map((burst) => new BurstJudge(burst, mailed, posted).judge());
  const known = new Set(bursts.map(({ burst }) => burst));
  const strangers = mailed
    .flatMap(({ entries }) => entries)
    .filter((entry) => entry.accepted && !known.has(entry.burst)).length;
  const sum = (of: (one: Judged) => number) => judged.reduce((total, one) => total + of(one), 0);
  return {
    accepted: sum((one) => one.accepted) + strangers,
    duplicates: sum((one) => one.duplicates),
    unaccounted: sum((one) => one.unaccounted) + strangers,
    inDoubt: sum((one) => one.inDoubt),
    unprovenThoughSent: sum((one) => one.unprovenThoughSent),
    posts: sum((one) => one.posts),
    unfinished: sum((one) => one.unfinished),
    mistimed: sum((one) => one.mistimed),
    findings: judged.flatMap((one) => one.findings),
  };
}

interface Judged extends Omit<Verdict, 'findings'> {
  readonly findings: string[];
}

interface Entry {
  readonly ordinal: number;
  readonly address: string;
  readonly at: number;
}

class BurstJudge {
  readonly #burst: JudgedBurst;
  readonly #accepted: readonly Entry[];
  readonly #called: readonly Entry[];
  readonly #posted: readonly PostTruth[];
  readonly #findings: string[] = [];

  constructor(burst: JudgedBurst, mailed: readonly SesTruth[], posted: readonly PostTruth[]) {
    this.#burst = burst;
    const entries = mailed.flatMap(({ at, entries }) =>
      entries.filter((one) => one.burst === burst.burst).map((one) => ({ ...one, at })),
    );
    this.#called = entries;
    this.#accepted = entries.filter(({ accepted }) => accepted);
    this.#posted = posted.filter(({ text }) => text.includes(`.${burst.burst}.`));
  }

  judge(): Judged {
    const posts = this.#judgePosts();
    const people = this.#judgePeople();
    return {
      accepted: this.#accepted.length,
      duplicates: posts.duplicates + this.#mailedTwice(),
      unaccounted: people.unaccounted + posts.unaccounted,
      inDoubt: people.inDoubt + posts.inDoubt,
      unprovenThoughSent: people.unprovenThoughSent,
      posts: this.#posted.length,
      unfinished: this.#isAtRest() ? 0 : 1,
      mistimed: this.#mistimed(),
      findings: this.#findings,
    };
  }

  #find(what: string): void {
    this.#findings.push(`${this.#burst.burst}: ${what}`);
  }

  #mailedTwice(): number {
    const again = Math.max(
      this.#twice((one) => String(one.ordinal)),
      this.#twice((one) => one.address),
    );
    if (again > 0) this.#find(`${again} recipients were accepted more than once`);
    return again;
  }

  /** Acceptances beyond the first under one name. */
  #twice(name: (entry: Entry) => string): number {
    const seen = new Set<string>();
    let again = 0;
    for (const entry of this.#accepted) {
      if (seen.has(name(entry))) again += 1;
      else seen.add(name(entry));
    }
    return again;
  }

  #isAtRest(): boolean {
    return this.#burst.ledger !== undefined && isAtRest(this.#burst.ledger, { graceOver: false });
  }

  #judgePeople(): { unaccounted: number; inDoubt: number; unprovenThoughSent: number } {
    const { ledger, audience, never, recipients } = this.#burst;
    const accepted = new Set(this.#accepted.map(({ address }) => address));
    const outcomes: ReadonlyMap<number, Outcome> = ledger ? outcomesOf(ledger) : new Map();
    const isUnreleased = ledger?.head === undefined && this.#accepted.length === 0;
    const frozen = new Map(recipients.map((one) => [one.address, one.ordinal]));
    let unaccounted = 0;
    let inDoubt = 0;
    let unprovenThoughSent = 0;
    const lose = (what: string): void => {
      unaccounted += 1;
      if (unaccounted <= 5) this.#find(what);
    };
    for (const address of audience) {
      const ordinal = frozen.get(address);
      if (ordinal === undefined) {
        // Before the freeze nobody has an ordinal, and nobody was called.
        if (!isUnreleased) lose(`somebody of the audience is not in the frozen list`);
        continue;
      }
      const outcome = outcomes.get(ordinal);
      const wrong = this.#wrong(outcome, accepted.has(address), never.has(address));
      if (wrong !== undefined) lose(`ordinal ${ordinal} is ${outcome ?? 'nowhere'}: ${wrong}`);
      if (outcome !== 'in_doubt' && outcome !== 'unproven') continue;
      inDoubt += 1;
      if (accepted.has(address)) unprovenThoughSent += 1;
    }
    for (const address of accepted) {
      if (!audience.has(address)) lose('SES accepted somebody who is not in the audience');
    }
    const ordinalOf = new Map(recipients.map((one) => [one.ordinal, one.address]));
    for (const { ordinal, address } of this.#accepted) {
      if (ordinalOf.get(ordinal) !== address) lose(`ordinal ${ordinal} went to another address`);
    }
    return { unaccounted, inDoubt, unprovenThoughSent };
  }

  /** Why the ledger's word cannot be true, or undefined. */
  #wrong(outcome: Outcome | undefined, isAccepted: boolean, isNever: boolean): string | undefined {
    if (isNever && isAccepted) return 'written to against a standing order';
    switch (outcome) {
      case undefined:
        return 'in no count of the ledger';
      case 'accepted':
        return isAccepted ? undefined : 'SES never accepted it';
      case 'in_doubt':
      case 'unproven':
        return undefined;
      case 'remaining':
      case 'not_called':
        if (isAccepted) return 'SES accepted it';
        return this.#mayRemain() ? undefined : 'nobody called it and nobody will';
      default:
        return isAccepted ? 'SES accepted it' : undefined;
    }
  }

  /** Somebody ended the burst, or its email leg, before everybody was called. */
  #mayRemain(): boolean {
    const { ledger } = this.#burst;
    if (!ledger) return false;
    const { state, legs } = ledger.burst;
    if (['cancelled', 'missed', 'stopped'].includes(state)) return true;
    // Not at rest: that is counted on its own.
    if (!this.#isAtRest()) return true;
    const email = legs.find(({ channel }) => channel === 'email');
    return email?.reason === 'abandoned' || email?.state === 'missed';
  }

  #judgePosts(): { unaccounted: number; inDoubt: number; duplicates: number } {
    const { ledger, posts } = this.#burst;
    let unaccounted = 0;
    let inDoubt = 0;
    let duplicates = 0;
    for (const name of posts) {
      const standing = this.#posted.filter(({ text }) =>
        text.includes(`.${this.#burst.burst}.${name}.`),
      );
      duplicates += Math.max(0, standing.length - 1);
      if (standing.length > 1) this.#find(`${standing.length} posts of leg ${name}`);
      const leg = ledger?.burst.legs.find((one) => one.name === name);
      const state = leg?.state ?? 'nowhere';
      if (state === 'in_doubt' || state === 'claimed') inDoubt += 1;
      const wrong = wrongPost(state, standing.length > 0);
      if (wrong === undefined) continue;
      unaccounted += 1;
      this.#find(`leg ${name} is ${state}, yet ${wrong}`);
    }
    return { unaccounted, inDoubt, duplicates };
  }

  #mistimed(): number {
    const { ledger, stoppedAt } = this.#burst;
    const momentAt = ledger?.burst.momentAt;
    const calls = [...this.#called, ...this.#posted].map(({ at }) => at);
    const early = momentAt === undefined ? 0 : calls.filter((at) => at < momentAt - 1).length;
    const late =
      stoppedAt === undefined
        ? 0
        : this.#called.filter(({ at }) => at > stoppedAt + STOP_MS + ARRIVAL_MS).length;
    if (early > 0) this.#find(`${early} calls before the moment`);
    if (late > 0) this.#find(`${late} calls more than a second after the stop`);
    return early + late;
  }
}

function wrongPost(state: string, isPosted: boolean): string | undefined {
  if (state === 'published') return isPosted ? undefined : 'no server has the post';
  if (state === 'in_doubt' || state === 'claimed') return undefined;
  if (state === 'nowhere') return 'the ledger has no such leg';
  return isPosted ? 'a server has the post' : undefined;
}

const ENDED = new Set(['closed', 'decided', 'cancelled', 'missed', 'stopped']);

/**
 * Nothing more will be called for it. With `graceOver`, no doubt waits for proof any more either:
 * whoever is still not proven is then *unproven*, and the runner looks again only at the end.
 */
export function isAtRest(ledger: ShownLedger, { graceOver }: { graceOver: boolean }): boolean {
  const { burst, records, lanes } = ledger;
  if (ENDED.has(burst.state)) return true;
  if (burst.state !== 'measuring') return false;
  if (burst.legs.some(({ state }) => state !== 'in_doubt' && !OVER.has(state))) return false;
  if (lanes.some(({ window }) => window !== undefined)) return false;
  if (!graceOver) return true;
  // The next look is written in whole milliseconds.
  const isLookedAtSooner = (burst.nextAt ?? 0) + 1 < (burst.measureUntil ?? 0);
  const isWaiting = burst.holder !== undefined || isLookedAtSooner;
  return !isWaiting && !records.some((one) => one.outcomes.some(isInDoubt));
}

const OVER = new Set(['published', 'rejected', 'sent', 'missed', 'not_called', 'dropped']);

function isInDoubt(outcome: { readonly state: string }): boolean {
  return outcome.state === 'in_doubt';
}
