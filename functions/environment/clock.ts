// The real clock. Its one art is to be on time: as little after an instant as possible, never before.

import type { Clock } from '#domain/ports.ts';

/** Timers may fire early by a fraction and late by milliseconds: the last stretch is yielded away. */
const SPIN_MS = 12;
/** The longest delay that setTimeout takes. */
const TIMEOUT_MAX_MS = 2_147_483_647;

export function createClock(): Clock {
  const now = () => performance.timeOrigin + performance.now() + driftMs();
  return {
    now,
    monotonic: () => performance.now(),
    sleep: (milliseconds) => pause(Math.max(0, milliseconds)),
    async sleepUntil(at) {
      for (let left = at - now(); left > SPIN_MS; left = at - now()) await pause(left - SPIN_MS);
      while (now() < at) await yielded();
    },
  };
}

let correction = 0;
let correctedAt = Number.NEGATIVE_INFINITY;

/**
 * The monotonic clock has fractions but does not follow corrections of the wall clock (a laptop
 * that slept, a server whose time was set): its distance to the wall clock is looked up every second.
 */
function driftMs(): number {
  const monotonic = performance.now();
  if (monotonic - correctedAt >= 1_000) {
    const difference = Date.now() - (performance.timeOrigin + monotonic);
    // Date.now() is cut to whole milliseconds: smaller differences mean nothing.
    correction = Math.abs(difference) > 2 ? difference : 0;
    correctedAt = monotonic;
  }
  return correction;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, TIMEOUT_MAX_MS)));
}

function yielded(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
