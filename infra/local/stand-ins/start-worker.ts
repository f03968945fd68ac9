// Starts stand-ins in a worker thread and waits until they can be talked to.

import type { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { StandInsData, StandInsMessage } from './worker.ts';

export interface StandInsWorker {
  readonly urls: { readonly [name: string]: string };
  stop(): Promise<void>;
}

/** @param output takes what the stand-ins print */
export async function startWorker(data: StandInsData, output: Writable): Promise<StandInsWorker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: data.kind,
    workerData: data,
    stdout: true,
    stderr: true,
  });
  worker.stdout.pipe(output, { end: false });
  worker.stderr.pipe(output, { end: false });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const message = await new Promise<StandInsMessage>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'failed', message: String(error) }));
  });
  if (message.kind === 'failed') {
    await worker.terminate();
    throw new Error(`the ${data.kind} stand-ins did not start: ${message.message}`);
  }
  return {
    urls: message.urls,
    stop: async () => {
      worker.postMessage('stop');
      await ended;
    },
  };
}
