// One of two threads: takes work in small lots, so that neither waits long for the other.

import { parentPort, workerData } from 'node:worker_threads';
import { type Change, setLoadHooks } from './load-hooks.ts';
import type { Work } from './work.ts';

setLoadHooks((workerData as { changes: readonly Change[] }).changes);
// Only now, so that what it imports is loaded through the hooks.
const { doWork } = await import('./work.ts');

parentPort?.on('message', async (work: Work) => {
  parentPort?.postMessage(await doWork(work));
});
