// One burst of one tick: stand by while another holds it near its moment, else take it and drive it.

import { type Burst, isLeased, releaseSpan, wakeAt } from '#domain/burst.ts';
import { limits } from '#domain/limits.ts';
import { loadBurst } from '#store/bursts.ts';
import { drive } from './drive.ts';
import { Holding, LeaseLost } from './holding.ts';
import type { RunnerPorts, TickOptions } from './ports.ts';

export async function work(ports: RunnerPorts, id: string, options: TickOptions): Promise<void> {
  while (ports.clock.now() < options.until) {
    const burst = await loadBurst(ports.table, id, { consistent: true });
    const now = ports.clock.now();
    if (!burst || !isDue(burst, now)) return;
    if (!isLeased(burst, now)) {
      if (await takeAndDrive(ports, burst, options)) return;
    } else if (isNearRelease(burst, now)) {
      await ports.clock.sleep(limits.standbyLookMs);
    } else return;
  }
}

/** True when the burst was driven as far as this tick can; false when it has to be looked at again. */
async function takeAndDrive(
  ports: RunnerPorts,
  burst: Burst,
  options: TickOptions,
): Promise<boolean> {
  const { clock, entropy, log } = ports;
  const holding = await Holding.take(ports, burst, options.holder);
  if (!holding) {
    await clock.sleep(50 + entropy.fraction() * 200);
    return false;
  }
  log.info('lease_taken', { burst: burst.id, epoch: holding.epoch, state: burst.state });
  try {
    await drive(ports, holding, options);
    return true;
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn('lease_lost', { burst: burst.id, epoch: holding.epoch });
    return false;
  } finally {
    await holding.rest();
  }
}

/**
 * A burst is held from the horizon on; one that only measures is looked at when its time has come,
 * not before: looking costs two writes.
 */
function isDue(burst: Burst, now: number): boolean {
  const at = wakeAt(burst);
  const isOver = burst.state === 'measuring' || burst.state === 'decided';
  return at !== undefined && at <= now + (isOver ? 0 : limits.horizonMs);
}

/** Near enough that a lost holder must be replaced at once: an armed burst shortly before T. */
function isNearRelease(burst: Burst, now: number): boolean {
  const span = releaseSpan(burst);
  return burst.state === 'armed' && span !== undefined && span.firstAt - now <= limits.nearMs;
}
