// Who has converted since the freeze, as the change log tells it, and where.

import type { ChangeLogEntry } from '#domain/suppression.ts';

/** Whose conversions a leg looks at: those of one burst, or of any of the campaign. */
export interface ConversionScope {
  readonly burst?: string | undefined;
}

export class Conversions {
  readonly #burst: string;
  readonly #campaign: string;
  /** Digest, or ordinal of this very burst, to the bursts and campaigns converted in. */
  readonly #places = new Map<string | number, Set<string>>();

  constructor(plan: { readonly burst: string; readonly campaign: string }) {
    this.#burst = plan.burst;
    this.#campaign = plan.campaign;
  }

  add(entry: ChangeLogEntry): void {
    const { burst, ordinal, campaign, digest, digests = [] } = entry;
    const people: (string | number)[] = digest === undefined ? [...digests] : [digest, ...digests];
    if (burst === this.#burst && ordinal !== undefined) people.push(ordinal);
    for (const person of people) {
      const places = this.#places.get(person) ?? new Set();
      this.#places.set(person, places);
      if (burst !== undefined) places.add(`burst ${burst}`);
      if (campaign !== undefined) places.add(`campaign ${campaign}`);
      else if (burst === this.#burst) places.add(`campaign ${this.#campaign}`);
    }
  }

  has(person: { readonly ordinal: number; readonly digest: string }, scope: ConversionScope) {
    const place = scope.burst === undefined ? `campaign ${this.#campaign}` : `burst ${scope.burst}`;
    const { ordinal, digest } = person;
    return [digest, ordinal].some((one) => this.#places.get(one)?.has(place) === true);
  }
}
