// Go/no-go: what an error of a leg means was chosen beforehand; here it is carried out.

import { isActive } from '#domain/leg.ts';
import type { Holding } from './holding.ts';
import type { Readied } from './prepare.ts';

/**
 * Decides over every leg that could not be made ready. `held` puts the whole burst on stand-by
 * with the reason, for a person to look at; a leg that is to `go` all the same goes if it can.
 */
export async function decideGo(holding: Holding, readied: Readied): Promise<'go' | 'held'> {
  const { epoch } = holding;
  for (const leg of holding.burst.legs) {
    const error = readied.errors.get(leg.name);
    if (!error || !isActive(leg)) continue;
    if (leg.ifNotReady === 'hold') {
      await holding.apply({ kind: 'hold', epoch, reason: `${leg.name}: ${error.code}` });
      return 'held';
    }
    // An email leg that is to go goes with what stands; a post that was never prepared cannot.
    const canGo = leg.ifNotReady === 'go' && readied.senders.has(leg.name);
    if (canGo) continue;
    const state = leg.ifNotReady === 'drop' ? 'dropped' : 'missed';
    await holding.apply({ kind: 'leg', epoch, name: leg.name, state, reason: error.code });
  }
  return 'go';
}
