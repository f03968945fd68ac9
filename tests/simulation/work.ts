// The kinds of work that a thread does.

import { runHistories } from './exhaustive.ts';
import { emptyTally, runSeed } from './run-seeds.ts';
import { tellStory } from './tell-story.ts';
import { measureWriteUnits } from './write-units.ts';

export type Work =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number; readonly invariant: string }
  | { readonly kind: 'exhaustive'; readonly recovery: string; readonly indexes: readonly number[] }
  | { readonly kind: 'write_units' };

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
  }
}
