// The consumer of the feedback queue: takes batches, records them, and only then acknowledges.

import { pathToFileURL } from 'node:url';
import { inputOf, pause, ready } from './child.ts';
import type { Batch } from './ses.ts';

export interface RecordInput {
  readonly bundle: string;
  readonly ses: string;
}

interface Handler {
  handler(batch: object): Promise<{ readonly batchItemFailures: readonly unknown[] }>;
}

const { bundle, ses } = inputOf<RecordInput>();
const { handler } = (await import(pathToFileURL(bundle).href)) as Handler;

/** True when there was something to record. */
async function takeOne(): Promise<boolean> {
  const answer = await fetch(`${ses}/queue?limit=300`);
  const batch = (await answer.json()) as Batch;
  if (batch.messages.length === 0) return false;
  const { batchItemFailures } = await handler({ Records: batch.messages });
  // A batch that failed in part comes again as a whole: at least once is all that was promised.
  if (batchItemFailures.length > 0) return false;
  await fetch(`${ses}/queue?taken=${batch.next}`, { method: 'POST' });
  return true;
}

ready();
for (;;) {
  const took = await takeOne().catch((error: unknown) => {
    console.log(JSON.stringify({ level: 'error', event: 'record_failed', error: String(error) }));
    return false;
  });
  if (!took) await pause(100);
}
