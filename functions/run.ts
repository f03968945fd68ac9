// The runner's entry: a steady beat finds what is due; the API may name a burst that cannot wait.

import { createRunnerPorts } from '#environment/runner-ports.ts';
import { tick } from '#runner/tick.ts';

const ports = createRunnerPorts();
/** Left for the hand-over before Lambda ends the invocation. */
const HAND_OVER_MS = 30_000;

interface RunEvent {
  readonly burst?: string;
}

interface RunContext {
  getRemainingTimeInMillis(): number;
}

export async function handler(event: RunEvent, context: RunContext): Promise<void> {
  const until = ports.clock.now() + context.getRemainingTimeInMillis() - HAND_OVER_MS;
  const holder = ports.entropy.id();
  await tick(
    ports,
    event.burst === undefined ? { holder, until } : { holder, until, burst: event.burst },
  );
}
