// Two threads that share a list of work.

import { Worker } from 'node:worker_threads';
import type { Change } from './load-hooks.ts';
import type { Work } from './work.ts';

const THREADS = 2;
/** Worlds are short-lived: with room for many of them little survives to be collected slowly. */
const YOUNG_MB = 192;

/** Gives the lots to the threads as they come free; every answer goes to `take`. */
export async function share<A>(lots: readonly Work[], take: (answer: A) => void): Promise<void> {
  const waiting = [...lots];
  const work = async () => {
    const thread = new Thread();
    try {
      for (let lot = waiting.shift(); lot; lot = waiting.shift()) take(await thread.ask<A>(lot));
    } finally {
      await thread.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(THREADS, lots.length) }, work));
}

/** One thread, with its own copy of all code, changed as told. */
export class Thread {
  readonly #worker: Worker;

  constructor(changes: readonly Change[] = []) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { changes },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
  }

  /** Rejects when the thread fails, or when it has not answered after `limitMs`. */
  ask<A>(work: Work, limitMs?: number): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      const late = () => reject(new Error(`no answer within ${limitMs} ms`));
      const timer = limitMs === undefined ? undefined : setTimeout(late, limitMs);
      const answered = (answer: A) => {
        settle();
        resolve(answer);
      };
      const failed = (error: unknown) => {
        settle();
        reject(error);
      };
      const settle = () => {
        clearTimeout(timer);
        this.#worker.off('message', answered);
        this.#worker.off('error', failed);
      };
      this.#worker.on('message', answered);
      this.#worker.on('error', failed);
      this.#worker.postMessage(work);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

export function lotsOf<T>(items: readonly T[], size: number): T[][] {
  const lots: T[][] = [];
  for (let at = 0; at < items.length; at += size) lots.push(items.slice(at, at + size));
  return lots;
}
