// Corpus first, then fresh seeds, on two threads; whatever fails is told as a short story.

import { readFileSync } from 'node:fs';
import { lotsOf, share, Thread } from './pool.ts';
import { RARE_STATES } from './rare-states.ts';
import { addTally, emptyTally, type Failure, type Tally } from './run-seeds.ts';
import type { WriteUnits } from './write-units.ts';

export interface Run {
  readonly seeds: number;
  readonly violations: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly meanRecipients: number;
  readonly meanFaultClasses: number;
  readonly rareStates: { readonly named: number; readonly minReached: number };
  readonly writeUnitsPerRecipient: WriteUnits;
  /** Seeds that ran twice, with equal traces or a violation. */
  readonly twice: number;
  readonly traceHash: string;
}

/** A run of this size has to reach every rare state this often. */
const CI_SEEDS = 2_000;
const REACHED_MIN = 10;
/** Failures that are shrunk and told; the others are named. */
const STORIES_MAX = 2;

/** Runs the corpus and `count` seeds from `from` on; prints what failed. */
export async function runMany(
  count: number,
  from: number,
  show: { readonly rareStates: boolean },
): Promise<{ readonly run: Run; readonly steps: number; readonly isFine: boolean }> {
  const began = performance.now();
  const fresh = Array.from({ length: count }, (_, index) => from + index);
  const lots = lotsOf([...corpus(), ...fresh], 20).map(
    (seeds) => ({ kind: 'seeds', seeds }) as const,
  );
  const tally = emptyTally();
  await share<Tally>(lots, (part) => {
    for (const failure of part.failures.slice(0, 3)) console.log(told(failure));
    addTally(tally, part);
  });
  const seconds = (performance.now() - began) / 1_000;
  const writeUnitsPerRecipient = await tellStories(tally.failures);
  const missing = statesNotReached(tally, count);
  if (show.rareStates) showRareStates(tally);
  const reached = RARE_STATES.map((name) => tally.rareStates[name] ?? 0);
  const run = {
    seeds: tally.seeds,
    violations: tally.failures.length,
    seconds: round(seconds),
    stepsPerSecond: Math.round(tally.steps / seconds),
    meanRecipients: round(tally.recipients / tally.seeds),
    meanFaultClasses: round(tally.faultClasses / tally.seeds),
    rareStates: { named: RARE_STATES.length, minReached: Math.min(...reached) },
    writeUnitsPerRecipient,
    twice: tally.twice,
    traceHash: tally.hash.toString(16).padStart(8, '0'),
  };
  const isFine = tally.failures.length === 0 && missing.length === 0;
  return { run, steps: tally.steps, isFine };
}

function told({ seed, invariant, sentence }: Failure): string {
  return `seed ${seed}: ${invariant} ${sentence}\n  npm run sim -- --seed ${seed} --trace`;
}

/** The first failures as the smallest worlds that still fail; and what the ledger costs. */
async function tellStories(failures: readonly Failure[]): Promise<WriteUnits> {
  const thread = new Thread();
  try {
    const units = await thread.ask<WriteUnits>({ kind: 'write_units' });
    const told = new Set<string>();
    for (const { seed, invariant } of failures) {
      if (told.has(invariant) || told.size === STORIES_MAX || invariant === 'V20') continue;
      told.add(invariant);
      console.log(await thread.ask<string>({ kind: 'shrink', seed, invariant }));
    }
    return units;
  } finally {
    await thread.end();
  }
}

/** A generator that never gets there proves nothing: too rare is a failure of its own. */
function statesNotReached(tally: Tally, count: number): string[] {
  if (count < CI_SEEDS) return [];
  const missing = RARE_STATES.filter((name) => (tally.rareStates[name] ?? 0) < REACHED_MIN);
  for (const name of missing) {
    console.log(`reached ${tally.rareStates[name] ?? 0} times, at least ${REACHED_MIN}: ${name}`);
  }
  return missing;
}

function showRareStates(tally: Tally): void {
  for (const name of RARE_STATES) console.log(`${tally.rareStates[name] ?? 0}\t${name}`);
  for (const [name, count] of Object.entries(tally.rareStates).sort()) {
    if (!RARE_STATES.includes(name)) console.log(`${count}\t(unnamed) ${name}`);
  }
}

/** Seeds that once failed; they run first, always. */
function corpus(): number[] {
  const path = new URL('./corpus.json', import.meta.url);
  const { seeds } = JSON.parse(readFileSync(path, 'utf8')) as { seeds: { seed: number }[] };
  return seeds.map(({ seed }) => seed);
}

export function round(value: number): number {
  return Number(value.toFixed(2));
}
