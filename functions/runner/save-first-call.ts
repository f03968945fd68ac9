// When an email leg's first call really started: kept with the leg for the lateness and the spread.

import { loadLeg, saveLeg } from '#store/legs.ts';
import type { Sending } from './sending.ts';
import { tellReleased } from './tell-released.ts';

/** Written once per leg; a failure costs a figure of the report, never a send. */
export async function saveFirstCall(sending: Sending, leg: string): Promise<void> {
  const startedAt = sending.firstCallAt(leg);
  const { momentAt } = sending.holding.burst;
  if (startedAt === undefined || momentAt === undefined) return;
  const { table, entropy, log } = sending.ports;
  const offsetMs = sending.holding.burst.legs.find((one) => one.name === leg)?.offsetMs ?? 0;
  try {
    const stored = await loadLeg(table, sending.plan.burst, leg);
    if (stored?.callStartedAt !== undefined) return;
    const base = stored ?? {
      burst: sending.plan.burst,
      leg,
      revision: 0,
      nonce: sending.holding.holder,
      contentHash: sending.holding.burst.contentHash,
    };
    const latenessMs = startedAt - momentAt - offsetMs;
    const next = { ...base, callStartedAt: startedAt, latenessMs };
    tellReleased(sending, leg, latenessMs);
    await saveLeg(table, stored, next, entropy.id());
  } catch {
    log.warn('first_call_unwritten', { burst: sending.plan.burst, leg });
  }
}
