// The steady beat: finds the bursts at which something must happen soon and works on each.

import { codeOf } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import { dueBursts } from '#store/bursts.ts';
import { repeatReads } from '#store/repeat-reads.ts';
import type { RunnerPorts, TickOptions } from './ports.ts';
import { work } from './work.ts';

/**
 * Returns when nothing is due any more or the time is up; safe to run any number of times at once.
 * One burst's trouble is logged and leaves the others alone.
 */
export async function tick(given: RunnerPorts, options: TickOptions): Promise<void> {
  const sleep = (milliseconds: number) => given.clock.sleep(milliseconds);
  const ports = { ...given, table: repeatReads(given.table, sleep) };
  const due = new Set(await dueBursts(ports.table, ports.clock.now() + limits.horizonMs));
  if (options.burst !== undefined) due.add(options.burst);
  await Promise.all([...due].map((burst) => workOrLog(ports, burst, options)));
}

async function workOrLog(ports: RunnerPorts, burst: string, options: TickOptions): Promise<void> {
  try {
    await work(ports, burst, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    ports.log.error('burst_failed', { burst, code: codeOf(error), message });
  }
}
