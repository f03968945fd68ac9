// From a fire to the first provider call, on stand-by and warm.

import { advance } from '#domain/advance.ts';
import { tick } from '#runner/tick.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import {
  addBurst,
  firstCalls,
  percentile,
  type ReleaseWorld,
  startReleaseWorld,
} from './release-world.ts';

const FIRES = 100;

export async function bench(): Promise<object> {
  const world = await startReleaseWorld(3);
  const { clock } = world.ports;
  try {
    const now = Math.floor(clock.now());
    const until = now + 120_000;
    const ids = Array.from({ length: FIRES }, (_, n) => `burst-${n}`);
    for (const id of ids)
      await addBurst(world.table, id, { standbyFrom: now, standbyUntil: until });
    const running = tick(world.ports, { holder: 'bench', until });
    await prepared(world, ids);
    const firedAt = new Map<string, number>();
    for (const id of ids) {
      // Anywhere between two looks of the runner.
      await clock.sleep(60 + 80 * world.ports.entropy.fraction());
      firedAt.set(id, clock.now());
      await fire(world, id);
    }
    await running;
    const latency: number[] = [];
    const arrivals = new Map<string, number[]>();
    for (const { burst, at } of firstCalls(await world.stamps())) {
      arrivals.set(burst, [...(arrivals.get(burst) ?? []), at]);
    }
    const spreads: number[] = [];
    for (const [burst, ats] of arrivals) {
      latency.push(Math.min(...ats) - (firedAt.get(burst) ?? 0));
      spreads.push(Math.max(...ats) - Math.min(...ats));
    }
    return {
      fireMsP50: percentile(latency, 0.5),
      fireMsP99: percentile(latency, 0.99),
      spreadMsP99: percentile(spreads, 0.99),
      fires: arrivals.size,
    };
  } finally {
    world.stop();
  }
}

async function prepared(world: ReleaseWorld, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    while ((await loadBurst(world.table, id))?.preparedAt === undefined) {
      await world.ports.clock.sleep(20);
    }
  }
}

/** What the command does: one conditional write, decided anew when another write came first. */
async function fire(world: ReleaseWorld, id: string): Promise<void> {
  for (;;) {
    const burst = await loadBurst(world.table, id, { consistent: true });
    if (!burst) throw new Error(`no burst ${id}`);
    const answer = advance(burst, { kind: 'fire', now: Math.floor(world.ports.clock.now()) });
    if (answer.kind === 'refused') throw new Error(answer.message);
    const saved = await saveBurst(world.table, burst, answer.burst, world.ports.entropy.id());
    if (saved.kind === 'saved') return;
  }
}
