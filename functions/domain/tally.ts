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
  /** Left the list by the link of this message. */
  'unsubscribed',
  /** Recipients whose message a mail scanner opened, and those of them who answered. */
  'scanned',
  'scannedAnswers',
  /** Converting recipients or visitors with a value above zero. */
  'buyers',
  /** Their capped value in thousandths of the cap, summed, and the squares of it. */
  'quanta',
  'quantaSquares',
] as const;

export type Counter = (typeof counters)[number];

/** Counts by the place of their counter; missing places are zero. */
export type Counts = readonly number[];

/** Counts by link: `leg/call`; beside it a row of its own per wave and one of answers by delay. */
export type Tally = { readonly [link: string]: Counts };

/** Counts of one wave of a link, by the same counters; waves are counted from 0. */
export function waveRow(link: string, wave: number): string {
  return `${link}#${wave}`;
}

/** Of a burst with a holdout: whom chance gave a message, and whom it held back. */
export type Arm = 'treated' | 'held_out';

/** Who of an arm converted, as reported by person: those held back do so all the same. */
export function armRow(arm: Arm): string {
  return `!${arm}`;
}

/** First answers of a link by their delay: counts by the place of `delayEnds`. */
export function delayRow(link: string): string {
  return `${link}@`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds after the release by which an answer came; whatever is later stands behind them. */
export const delayEnds: readonly number[] = [
  ...[10, 20, 30, 45].map((seconds) => seconds * SECOND_MS),
  ...[1, 1.5, 2, 3, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 120, 168, 336].map((hours) => hours * HOUR_MS),
];

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

  add(row: string, counter: Counter, amount = 1): void {
    this.#addAt(row, PLACE.get(counter) ?? 0, amount);
  }

  /** One first answer, so long after the release. */
  addAnswer(link: string, delayMs: number): void {
    const place = delayEnds.findIndex((end) => delayMs <= end);
    this.#addAt(delayRow(link), place < 0 ? delayEnds.length : place, 1);
  }

  #addAt(row: string, place: number, amount: number): void {
    const counts = this.#counts[row] ?? [];
    while (counts.length <= place) counts.push(0);
    counts[place] = (counts[place] ?? 0) + amount;
    this.#counts[row] = counts;
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
