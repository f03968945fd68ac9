// Why a recipient whose turn has come is not called after all: asked from memory before every call.

import { legStartAt } from '#domain/burst.ts';
import { limits } from '#domain/limits.ts';
import { rangeOf } from '#domain/manifest.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { QuietClock } from '#domain/quiet-hours.ts';
import type { EntryOutcome } from '#domain/window-record.ts';
import type { Guard } from './guard.ts';
import type { Holding } from './holding.ts';
import type { Candidate, Members } from './members.ts';

/** Held back for good, or not called yet and kept for a later instant. */
export type Held = Omit<EntryOutcome, 'ordinal'> & { readonly reason: string };

interface Rules {
  readonly plan: EmailLegPlan;
  readonly quiet?: { readonly clock: QuietClock; readonly inside: 'hold_back' | 'release_after' };
}

export class HoldBack {
  readonly #holding: Holding;
  readonly #guard: Guard;
  readonly #members: Members;
  readonly #rules = new Map<string, Rules>();
  /** By leg: the instants for which this runner has kept somebody. */
  readonly #releases = new Map<string, Set<number>>();

  constructor(plan: Plan, of: { holding: Holding; guard: Guard; members: Members }) {
    this.#holding = of.holding;
    this.#guard = of.guard;
    this.#members = of.members;
    for (const leg of plan.legs) {
      if (leg.kind === 'email') this.#rules.set(leg.name, rulesOf(leg, of.holding.burst.zone));
    }
  }

  /** Undefined: call. */
  why(leg: string, candidate: Candidate, now: number): Held | undefined {
    const reason = this.#guard.heldBack(candidate.ordinal, candidate.digest);
    if (reason !== undefined) return { state: 'held_back', reason };
    const rules = this.#rules.get(leg);
    const skip = rules?.plan.skipConverted;
    if (skip && this.#guard.conversions.has(candidate, skip)) {
      return { state: 'held_back', reason: 'converted' };
    }
    return rules?.quiet && this.#whyQuiet(leg, rules, candidate, now);
  }

  /** Many of this leg may be held back in a row: ask before a place in the rate is taken. */
  isAskedFirst(leg: string): boolean {
    return this.#rules.get(leg)?.quiet !== undefined;
  }

  /** Whether recipients of this leg are kept until their quiet hours end. */
  isKeeping(leg: string): boolean {
    return this.#rules.get(leg)?.quiet?.inside === 'release_after';
  }

  /** Nobody of a leg is released later than this. */
  latestAt(leg: string, ordinal: number): number {
    const { burst } = this.#holding;
    const summary = burst.legs.find((one) => one.name === leg);
    const wave = rangeOf(this.#members.head, ordinal)?.waves?.find(
      ({ from, to }) => ordinal >= from && ordinal < to,
    );
    const startAt = wave?.startAt ?? (summary && legStartAt(burst, summary)) ?? 0;
    return startAt + limits.releaseLatestMs;
  }

  /** The first instant after this one for which this runner has kept somebody; Infinity for none. */
  nextRelease(leg: string, after: number): number {
    const later = [...(this.#releases.get(leg) ?? [])].filter((at) => at > after);
    return Math.min(...later, Number.POSITIVE_INFINITY);
  }

  /** Works out the zones of those who come first, so that nothing has to be at the release. */
  warm(leg: string, candidates: readonly Candidate[], at: number): void {
    const clock = this.#rules.get(leg)?.quiet?.clock;
    for (const { zone } of clock ? candidates : []) clock?.standing(zone, at);
  }

  #whyQuiet(leg: string, rules: Rules, candidate: Candidate, now: number): Held | undefined {
    const standing = rules.quiet?.clock.standing(candidate.zone, now);
    if (!standing?.isQuiet) return undefined;
    const releaseAt = standing.until;
    const isKept =
      rules.quiet?.inside === 'release_after' && releaseAt <= this.latestAt(leg, candidate.ordinal);
    const reason = 'quiet_hours';
    if (!isKept) return { state: 'held_back', reason };
    const releases = this.#releases.get(leg) ?? new Set();
    this.#releases.set(leg, releases.add(releaseAt));
    return { state: 'not_called', reason, releaseAt };
  }
}

function rulesOf(plan: EmailLegPlan, homeZone: string): Rules {
  const { quietHours } = plan;
  if (!quietHours) return { plan };
  return {
    plan,
    quiet: { clock: new QuietClock(quietHours, homeZone), inside: quietHours.inside },
  };
}
