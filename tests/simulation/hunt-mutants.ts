// Plants one bug at a time into a fresh copy of the code and sees who notices.

import type { Kill } from './hunt.ts';
import { allMutants } from './mutants/all-mutants.ts';
import type { Hunter, Mutant } from './mutants/mutant.ts';
import { Thread } from './pool.ts';
import type { Work } from './work.ts';

export interface Hunted {
  readonly mutant: Mutant;
  readonly kill?: Kill & { readonly hunter: Hunter };
}

export interface Summary {
  readonly planted: number;
  readonly killed: number;
  /** Of those that seeds killed. */
  readonly medianSeeds: number;
  readonly worstSeeds: number;
  readonly survivors: readonly string[];
}

/** Seeds that a bug is looked for in, the same for all: 1, 2, 3, ... */
const SEEDS_MAX = 2_000;
/** A thread that says nothing for so long is caught in a loop that the bug made. */
const LIMIT_MS = 600_000;
const LOT = 20;
const THREADS = 2;

/** Hunts them all, prints a line for each as it is decided. */
export async function huntMutants(mutants: readonly Mutant[] = allMutants): Promise<Summary> {
  const waiting = [...mutants];
  const hunted: Hunted[] = [];
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const found = await hunt(mutant);
      console.log(lineOf(found));
      hunted.push(found);
    }
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  return summaryOf(hunted);
}

/** Throws when the bug cannot be planted, or the code with it cannot be loaded. */
export async function hunt(mutant: Mutant, seedsMax = SEEDS_MAX): Promise<Hunted> {
  const thread = new Thread([mutant]);
  try {
    await thread.ask({ kind: 'ready', file: mutant.file }).catch((error: unknown) => {
      throw new Error(`${mutant.id} cannot be planted`, { cause: error });
    });
    for (const hunter of mutant.hunters) {
      const kill = await askTo(thread, hunter, seedsMax);
      if (kill) return { mutant, kill: { ...kill, hunter } };
    }
    return { mutant };
  } finally {
    await thread.end();
  }
}

/** Few seeds at a time, so that a thread that says nothing is caught and not merely slow. */
async function askTo(thread: Thread, hunter: Hunter, seedsMax: number): Promise<Kill | undefined> {
  if (hunter !== 'seeds') return ask(thread, { kind: 'hunt', hunter });
  for (let before = 0; before < seedsMax; before += LOT) {
    const length = Math.min(LOT, seedsMax - before);
    const seeds = Array.from({ length }, (_, index) => before + index + 1);
    const kill = await ask(thread, { kind: 'hunt', hunter, seeds });
    if (kill) return { ...kill, after: before + kill.after };
  }
  return undefined;
}

async function ask(thread: Thread, work: Work): Promise<Kill | undefined> {
  try {
    return await thread.ask<Kill | undefined>(work, LIMIT_MS);
  } catch (error) {
    return { after: 1, by: `broke down: ${error instanceof Error ? error.message : 'unknown'}` };
  }
}

function lineOf({ mutant, kill }: Hunted): string {
  const name = mutant.id.padEnd(30);
  if (!kill) return `SURVIVED  ${name} ${mutant.about}`;
  const { hunter, after, by } = kill;
  return `killed    ${name} ${hunter.padEnd(11)} ${String(after).padStart(5)}  ${by.padEnd(5)} ${mutant.about}`;
}

function summaryOf(hunted: readonly Hunted[]): Summary {
  const seeds = hunted
    .flatMap(({ kill }) => (kill?.hunter === 'seeds' ? [kill.after] : []))
    .sort((a, b) => a - b);
  const survivors = hunted.filter(({ kill }) => !kill).map(({ mutant }) => mutant.id);
  return {
    planted: hunted.length,
    killed: hunted.length - survivors.length,
    medianSeeds: seeds[Math.floor(seeds.length / 2)] ?? 0,
    worstSeeds: seeds.at(-1) ?? 0,
    survivors,
  };
}
