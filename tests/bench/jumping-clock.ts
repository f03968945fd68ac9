// Time that passes only while everybody sleeps: minutes of sending in no time, counts unchanged.

import type { Clock } from '#domain/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Whoever is awake is waited for by turns of the event loop, so nothing may wait for a thread. */
export function jumpingClock(startAt = 1_800_000_000_000): Clock {
  let now = startAt;
  let order = 0;
  let isPumping = false;
  const sleepers: Sleeper[] = [];
  const pump = async (): Promise<void> => {
    isPumping = true;
    while (sleepers.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = earliest(sleepers);
      if (!next) break;
      now = Math.max(now, next.at);
      next.wake();
    }
    isPumping = false;
  };
  const sleepUntil = (at: number): Promise<void> =>
    new Promise((wake) => {
      order += 1;
      sleepers.push({ at, order, wake });
      if (!isPumping) void pump();
    });
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (milliseconds) => sleepUntil(now + milliseconds),
    sleepUntil,
  };
}

/** Takes out the first to wake; a hundred or two sleep at a time. */
function earliest(sleepers: Sleeper[]): Sleeper | undefined {
  let best = 0;
  for (let index = 1; index < sleepers.length; index += 1) {
    const one = sleepers[index] as Sleeper;
    const other = sleepers[best] as Sleeper;
    if (one.at < other.at || (one.at === other.at && one.order < other.order)) best = index;
  }
  const last = sleepers.pop();
  const found = sleepers[best];
  if (found === undefined || last === undefined) return last;
  sleepers[best] = last;
  return found;
}
