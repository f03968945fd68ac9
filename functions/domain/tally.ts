// Counts folded from facts, per leg and call. Absolute values that add up over any partition.

/** In the order in which they are stored: append only. */
export const counters = [
  /** Recipients of whom SES said that it accepted, or refused, their message. */
  'sent',
  'refused',
  'delivered',
  /** Bounced for good. */
  'bounced',
  'complained',
  'opened',
  /** Recipients with a proven chance to see the call: delivered, clicked or converted. */
  'exposed',
  /** Requests of the link. */
  'humanClicks',
  'machineClicks',
  /** Recipients or visitors with a human click, and with any, inside the counting window. */
  'uniqueHuman',
  'uniqueAll',
  /** Recipients or visitors who converted inside the counting window. */
  'converting',
  /** Conversions that are credited, and their value in minor units. */
  'conversions',
  'value',
  /** First human clicks and first conversions after the counting window. */
  'lateClicks',
  'lateConversions',
] as const;

export type Counter = (typeof counters)[number];

/** Counts by the place of their counter; missing places are zero. */
export type Counts = readonly number[];

/** Counts by link: `leg/call`. */
export type Tally = { readonly [link: string]: Counts };

const PLACE = new Map<Counter, number>(counters.map((counter, place) => [counter, place]));

export function countOf(tally: Tally, link: string, counter: Counter): number {
  return tally[link]?.[PLACE.get(counter) ?? 0] ?? 0;
}

/** Sums tallies; the order does not matter. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  const sums: Record<string, number[]> = {};
  for (const tally of tallies) {
    for (const link in tally) {
      const counts = tally[link] ?? [];
      const sum = sums[link] ?? [];
      for (let place = 0; place < counts.length; place += 1) {
        sum[place] = (sum[place] ?? 0) + (counts[place] ?? 0);
      }
      sums[link] = sum;
    }
  }
  return sums;
}

/** Counts up; trailing zeros are never stored. */
export class TallyBuilder {
  readonly #counts: Record<string, number[]> = {};

  add(link: string, counter: Counter, amount = 1): void {
    const counts = this.#counts[link] ?? counters.map(() => 0);
    const place = PLACE.get(counter) ?? 0;
    counts[place] = (counts[place] ?? 0) + amount;
    this.#counts[link] = counts;
  }

  get tally(): Tally {
    const trimmed: Record<string, Counts> = {};
    for (const link of Object.keys(this.#counts).sort()) {
      const counts = this.#counts[link] ?? [];
      const length = counts.findLastIndex((count) => count !== 0) + 1;
      if (length > 0) trimmed[link] = counts.slice(0, length);
    }
    return trimmed;
  }
}
