// The kinds of work that a thread does.

import { runHistories } from './exhaustive.ts';
import type { Hunter } from './mutants/mutant.ts';
import { emptyTally, runSeed } from './run-seeds.ts';
import { tellStory } from './tell-story.ts';
import { measureWriteUnits } from './write-units.ts';

export type Work =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number; readonly invariant: string }
  | { readonly kind: 'exhaustive'; readonly recovery: string; readonly indexes: readonly number[] }
  | { readonly kind: 'write_units' }
  /** Loads a file of the repository: fails where a change of it cannot be made. */
  | { readonly kind: 'ready'; readonly file: string }
  | { readonly kind: 'hunt'; readonly hunter: Hunter; readonly seeds?: readonly number[] };

export async function doWork(work: Work): Promise<unknown> {
  switch (work.kind) {
    case 'seeds': {
      const tally = emptyTally();
      for (const seed of work.seeds) await runSeed(seed, tally);
      return tally;
    }
    case 'shrink':
      return tellStory(work.seed, work.invariant);
    case 'exhaustive':
      return runHistories(work.recovery, work.indexes);
    case 'write_units':
      return measureWriteUnits();
    case 'ready':
      await import(new URL(`../../${work.file}`, import.meta.url).href);
      return true;
    case 'hunt':
      return huntBy(work.hunter, work.seeds ?? []);
  }
}

/** Loaded only here: the conformance suite brings a server with it. */
async function huntBy(hunter: Hunter, seeds: readonly number[]): Promise<unknown> {
  const { huntByConformance, huntByHistories, huntBySeeds } = await import('./hunt.ts');
  if (hunter === 'seeds') return huntBySeeds(seeds);
  return hunter === 'exhaustive' ? huntByHistories() : huntByConformance();
}
