// The steady beat by which functions on a schedule are started.

import type { FunctionHost } from './function-host.ts';

export interface Schedule {
  stop(): void;
}

/**
 * Invokes at once and then every `everyMs`. A beat that finds no room is left out: the next one
 * comes anyway, as it does after a lost tick in the cloud.
 */
export function startSchedule(host: FunctionHost, everyMs: number): Schedule {
  const beat = () => {
    if (host.hasRoom()) host.invoke({ trigger: 'schedule' }).catch(() => undefined);
  };
  const timer = setInterval(beat, everyMs);
  beat();
  return { stop: () => clearInterval(timer) };
}
