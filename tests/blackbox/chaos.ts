// Kills without warning: runners most of all, often several at once, now and then the table.

import type { Slot } from './fleet.ts';
import { pause } from './operator.ts';
import { type Random, randomOf } from './random.ts';
import type { World } from './world.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** Asked before every kill. */
  readonly isOver: () => boolean;
  /** On average, over all processes. */
  readonly killsPerSecond: number;
  /** How long a frozen runner stands still: longer than its lease. */
  readonly freezeMs: number;
}

export interface Chaos {
  readonly kills: { readonly [name: string]: number };
  readonly total: number;
  readonly freezes: number;
}

export async function unleash(world: World, options: ChaosOptions): Promise<Chaos> {
  const kills: Record<string, number> = {};
  const kill = (slot: Slot, kind: string): void => {
    if (slot.kill()) kills[kind] = (kills[kind] ?? 0) + 1;
  };
  const [, freezes] = await Promise.all([killing(world, options, kill), freezing(world, options)]);
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  return { kills, total, freezes };
}

async function killing(
  world: World,
  options: ChaosOptions,
  kill: (slot: Slot, kind: string) => void,
): Promise<void> {
  const random = randomOf(options.seed, 'kills');
  while (!options.isOver()) {
    const count = random.weighted({ 1: 4, 2: 3, 4: 3 });
    // The more at once, the longer the pause: the rate stays, and the survivors get somewhere.
    await pause((Number(count) / options.killsPerSecond) * 1_000 * (0.5 + random.next()));
    if (options.isOver()) return;
    for (let index = 0; index < Number(count); index += 1) {
      switch (random.weighted({ run: 66, record: 15, api: 16, database: 3 })) {
        case 'run':
          kill(runnerToKill(world.runners, random), 'run');
          break;
        case 'record':
          kill(world.record, 'record');
          break;
        case 'api':
          kill(world.api, 'api');
          break;
        default:
          kill(world.database, 'database');
      }
    }
  }
}

/** Every other time one that holds a lease: an idle runner has nothing to lose. */
function runnerToKill(runners: readonly Slot[], random: Random): Slot {
  const awake = runners.filter(({ isReady }) => isReady);
  const busy = awake.filter(({ isBusy }) => isBusy);
  if (busy.length > 0 && random.chance(0.5)) return random.pick(busy);
  return random.pick(awake.length > 0 ? awake : runners);
}

/** A runner that stands still past its lease wakes up as a zombie, sure of what it holds. */
async function freezing(world: World, options: ChaosOptions): Promise<number> {
  const random = randomOf(options.seed, 'freezes');
  let freezes = 0;
  while (!options.isOver()) {
    await pause(random.between(500, 2_500));
    const busy = world.runners.filter(({ isBusy }) => isBusy);
    if (busy.length < 2) continue;
    const slot = random.pick(busy);
    slot.freeze();
    freezes += 1;
    await pause(options.freezeMs * (1 + random.next() * 0.5));
    slot.thaw();
  }
  return freezes;
}
