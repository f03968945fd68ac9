// The runner's entry: a steady beat finds what is due; the API may name a burst that cannot wait.

import { createRunnerPorts } from '#environment/runner-ports.ts';
import { tick } from '#runner/tick.ts';

const ports = createRunnerPorts();
/** Left for the hand-over before Lambda ends the invocation. */
const HAND_OVER_MS = 30_000;

let isEnding = false;
// Lambda, or whoever runs this function, is about to end the process: windows are closed, leases
// handed over.
process.once('SIGTERM', () => {
  isEnding = true;
});

interface RunEvent {
  readonly burst?: string;
}

interface RunContext {
  getRemainingTimeInMillis(): number;
}

export async function handler(event: RunEvent, context: RunContext): Promise<void> {
  const timeUp = ports.clock.now() + context.getRemainingTimeInMillis() - HAND_OVER_MS;
  await tick(ports, {
    holder: ports.entropy.id(),
    get until() {
      return isEnding ? 0 : timeUp;
    },
    ...(event.burst === undefined ? {} : { burst: event.burst }),
  });
}
