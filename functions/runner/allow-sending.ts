// Before anything leaves: a configuration set that a stop has switched off is switched on.

import type { Plan } from '#domain/plan.ts';
import { loadSendingSwitch } from '#store/sending-switches.ts';
import type { RunnerPorts } from './ports.ts';

/** One read for each set; SES is called only where a stop has been. Throws what that throws. */
export async function allowSending(ports: RunnerPorts, plan: Plan): Promise<void> {
  const sets = new Set(
    plan.legs.flatMap((leg) => (leg.kind === 'email' ? [leg.configurationSet] : [])),
  );
  for (const set of sets) {
    const known = await loadSendingSwitch(ports.table, set);
    if (!known?.isOff) continue;
    ports.log.info('sending_switched_on', { burst: plan.burst, offSince: known.at });
    await ports.setSending(plan.burst, true);
    return;
  }
}
