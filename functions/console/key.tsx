// Which colour a call has: the same in every picture of the page.

import type { CallReport, LegReport } from '#feedback/report-of.ts';

const COLOURS = 6;

/** The class of a call's colour; where colours repeat, the pattern of a line tells calls apart. */
export function keyOf(place: number): string {
  return `k${place % COLOURS}`;
}

/** Every call that any channel shows, in the order in which they first stand there. */
export function callsOf(legs: readonly LegReport[]): CallReport[] {
  const seen = new Map<string, CallReport>();
  for (const { calls } of legs) {
    for (const call of calls) if (!seen.has(call.call)) seen.set(call.call, call);
  }
  return [...seen.values()];
}

export function Key({ place }: { place: number }) {
  return (
    <svg class="key" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="2" class={`${keyOf(place)} fill`} />
    </svg>
  );
}
