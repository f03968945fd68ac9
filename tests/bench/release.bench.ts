// How late, how far apart: releases against stubs that stamp arrivals, beside a bare timer.

import { tick } from '#runner/tick.ts';
import { addBurst, firstCalls, percentile, startReleaseWorld } from './release-world.ts';

const RELEASES = 300;
const APART_MS = 150;

export async function bench(): Promise<object> {
  const world = await startReleaseWorld(3);
  const { clock } = world.ports;
  try {
    const firstAt = Math.ceil(clock.now()) + 12_000;
    const moments = new Map<string, number>();
    for (let n = 0; n < RELEASES; n += 1) moments.set(`burst-${n}`, firstAt + n * APART_MS);
    for (const [id, momentAt] of moments) await addBurst(world.table, id, { momentAt });
    const bare: number[] = [];
    const timers = [...moments.values()].map((at) => bareTimer(at + APART_MS / 2, bare));
    const until = firstAt + RELEASES * APART_MS + 60_000;
    await Promise.all([tick(world.ports, { holder: 'bench', until }), ...timers]);
    const first = firstCalls(await world.stamps());
    const lateness: number[] = [];
    const arrivals = new Map<string, number[]>();
    for (const { burst, at } of first) {
      lateness.push(at - (moments.get(burst) ?? Number.NaN));
      arrivals.set(burst, [...(arrivals.get(burst) ?? []), at]);
    }
    const spreads = [...arrivals.values()].map((ats) => Math.max(...ats) - Math.min(...ats));
    return {
      latenessMsP50: percentile(lateness, 0.5),
      latenessMsP99: percentile(lateness, 0.99),
      early: lateness.filter((one) => one < 0).length,
      spreadMsP99: percentile(spreads, 0.99),
      bareTimerMsP99: percentile(bare, 0.99),
      releases: arrivals.size,
      calls: lateness.length,
    };
  } finally {
    world.stop();
  }
}

/** What a plain setTimeout reaches in the same process and at the same time. */
async function bareTimer(at: number, into: number[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
  into.push(performance.timeOrigin + performance.now() - at);
}
