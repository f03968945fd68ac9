// Waiting for an instant while a burst is being released: the lease is kept, a stop is noticed.

import { codeOf } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import { LeaseLost } from './holding.ts';
import type { Sending } from './sending.ts';

/** Further off than another tick looks ahead, or than this runner may work: hand over. */
export function isFar(sending: Sending, at: number): boolean {
  return at > Math.min(sending.until, sending.clock.now() + limits.horizonMs);
}

/**
 * Sleeps in slices until the instant, or until `isOver`. Takes no share of the rate meanwhile.
 * `over` when the burst is no longer being released or the time is up.
 */
export async function waitFor(
  sending: Sending,
  at: number,
  isOver: () => boolean = () => false,
): Promise<'reached' | 'over'> {
  const { clock, holding } = sending;
  while (clock.now() < at) {
    if (isOver() || clock.now() >= sending.until) return 'over';
    await clock.sleep(Math.min(limits.heartbeatNearMs, at - clock.now()));
    try {
      await holding.renewIfDue();
      if (at - clock.now() > limits.heartbeatNearMs) await holding.refresh();
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      // The next call asks again before it starts.
      sending.ports.log.warn('wait_unreadable', { burst: holding.burst.id, code: codeOf(error) });
    }
    if (holding.burst.state !== 'releasing') return 'over';
  }
  return 'reached';
}
