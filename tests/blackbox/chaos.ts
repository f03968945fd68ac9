// Kills without warning: runners most of all, often several at once, now and then the table.

import { statSync } from 'node:fs';
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
  /** Strikes right after SES has accepted something: for planted bugs, which then show at once. */
  readonly isAimed?: boolean;
  /** How long a frozen runner stands still: longer than its lease. */
  readonly freezeMs: number;
}

export interface Chaos {
  readonly kills: { readonly [name: string]: number };
  readonly total: number;
  readonly freezes: number;
}

/** Who dies how often. The table is every other process's world: rarely. */
const KINDS = { run: 60, record: 18, api: 19, database: 3 };

export async function unleash(world: World, options: ChaosOptions): Promise<Chaos> {
  const kills: Record<string, number> = {};
  const kill = (slot: Slot, kind: string): boolean => {
    const isKilled = slot.kill();
    if (isKilled) kills[kind] = (kills[kind] ?? 0) + 1;
    return isKilled;
  };
  const striking = options.isAimed ? aiming : killing;
  const [, freezes] = await Promise.all([striking(world, options, kill), freezing(world, options)]);
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  return { kills, total, freezes };
}

/** By the clock and by what was really killed, so that a busy machine kills no less. */
async function killing(
  world: World,
  { seed, killsPerSecond, isOver }: ChaosOptions,
  kill: (slot: Slot, kind: string) => boolean,
): Promise<void> {
  const random = randomOf(seed, 'kills');
  const began = Date.now();
  let killed = 0;
  while (!isOver()) {
    // The more at once, the longer the pause: the rate stays, and the survivors get somewhere.
    const count = Number(random.weighted({ 1: 3, 3: 3, 6: 3 }));
    await pause(began + ((killed + count) / killsPerSecond) * 1_000 - Date.now());
    if (isOver()) return;
    for (let tries = 0, left = count; left > 0 && tries < 20; tries += 1) {
      const kind = random.weighted(KINDS);
      if (!kill(kind === 'run' ? runnerToKill(world.runners, random) : world[kind], kind)) continue;
      left -= 1;
      killed += 1;
    }
  }
}

/** Waits for the next acceptance and kills whoever may have asked for it, before it can record it. */
async function aiming(
  world: World,
  { isOver }: ChaosOptions,
  kill: (slot: Slot, kind: string) => boolean,
): Promise<void> {
  const size = () => statSync(world.truth.ses).size;
  while (!isOver()) {
    const before = size();
    while (size() === before && !isOver()) await pause(3);
    for (const slot of world.runners) if (slot.isBusy) kill(slot, 'run');
    await pause(1_000);
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
