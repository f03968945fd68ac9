// One of two threads: takes work in small lots, so that neither waits long for the other.

import { parentPort } from 'node:worker_threads';
import { runHistories } from './exhaustive.ts';
import { emptyTally, runSeed } from './run-seeds.ts';

export type Work =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  | { readonly kind: 'exhaustive'; readonly recovery: string; readonly indexes: readonly number[] };

parentPort?.on('message', async (work: Work) => {
  if (work.kind === 'seeds') {
    const tally = emptyTally();
    for (const seed of work.seeds) await runSeed(seed, tally);
    parentPort?.postMessage(tally);
  } else parentPort?.postMessage(await runHistories(work.recovery, work.indexes));
});
