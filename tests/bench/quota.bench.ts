// How much of the send quota a burst uses, and how often the account says "too fast".

import { Worker } from 'node:worker_threads';
import type { QuotaCase, QuotaFigures } from './quota-run.ts';

/** Recipients at each stated rate: at least two minutes of sending, one at 10,000 a second. */
const STATED: readonly (readonly [rate: number, recipients: number])[] = [
  [10_000, 600_000],
  [1_000, 120_000],
  [300, 36_000],
  [50, 6_000],
  [14, 3_000],
  [1, 600],
];
const BELOW = 0.7;

export async function bench(): Promise<object> {
  const cases = STATED.flatMap(([rate, recipients]): QuotaCase[] => [
    { rate, realRate: rate, recipients },
    // As long as with the full rate, where that is long enough to judge what comes after 30 s.
    {
      rate,
      realRate: Math.round(rate * BELOW * 10) / 10,
      recipients: rate < 1_000 ? recipients : recipients * BELOW,
    },
  ]);
  const rates = await onThreads(cases, 2);
  rates.sort((a, b) => a.rate - b.rate || b.realRate - a.realRate);
  for (const one of rates) console.log(JSON.stringify(one));
  return { rates };
}

async function onThreads(cases: readonly QuotaCase[], threads: number): Promise<QuotaFigures[]> {
  const waiting = [...cases];
  const done: QuotaFigures[] = [];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./quota-run.ts', import.meta.url));
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const answered = new Promise<QuotaFigures>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        });
        worker.postMessage(next);
        done.push(await answered);
        worker.removeAllListeners('error');
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return done;
}
