// Two threads that share a list of work.

import { Worker } from 'node:worker_threads';
import type { Work } from './worker.ts';

/** Gives the lots to the threads as they come free; every answer goes to `take`. */
export async function share<A>(
  lots: readonly Work[],
  take: (answer: A) => void,
  threads = 2,
): Promise<void> {
  const waiting = [...lots];
  const work = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let lot = waiting.shift(); lot; lot = waiting.shift()) {
        const answered = new Promise<A>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        });
        worker.postMessage(lot);
        take(await answered);
        worker.removeAllListeners('error');
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}

export function lotsOf<T>(items: readonly T[], size: number): T[][] {
  const lots: T[][] = [];
  for (let at = 0; at < items.length; at += size) lots.push(items.slice(at, at + size));
  return lots;
}
