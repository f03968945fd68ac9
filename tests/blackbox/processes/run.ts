// One sandbox of the runner: the bundle is loaded once and invoked on a beat, as Lambda would.

import { pathToFileURL } from 'node:url';
import { inputOf, pause, ready, say } from './child.ts';

export interface RunInput {
  readonly bundle: string;
  readonly beatMs: number;
  /** How long an invocation may last before it has to hand over. */
  readonly invocationMs: number;
}

interface Handler {
  handler(event: object, context: { getRemainingTimeInMillis(): number }): Promise<void>;
}

/** The entry keeps this much for the hand-over (functions/run.ts). */
const HAND_OVER_MS = 30_000;

const { bundle, beatMs, invocationMs } = inputOf<RunInput>();
const { handler } = (await import(pathToFileURL(bundle).href)) as Handler;

async function invoke(event: object): Promise<void> {
  const deadlineAt = Date.now() + invocationMs + HAND_OVER_MS;
  try {
    await handler(event, { getRemainingTimeInMillis: () => deadlineAt - Date.now() });
  } catch (error) {
    console.log(JSON.stringify({ level: 'error', event: 'invocation_failed', error: text(error) }));
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.on('message', (event: object) => void invoke(event));
ready();
for (;;) {
  await invoke({ trigger: 'schedule' });
  say({ kind: 'idle' });
  await pause(beatMs);
}
