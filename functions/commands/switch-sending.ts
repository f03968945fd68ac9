// The second layer of a stop: SES itself refuses what still comes from a burst's email legs.

import type { Table } from '#domain/ports.ts';
import { dueBursts, loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import { saveSendingSwitch } from '#store/sending-switches.ts';

/** As long before its moment a burst counts as about to send. */
const NEAR_MS = 60_000;

/**
 * Switches the configuration sets of a burst's email legs. They are not switched off while another
 * burst sends or is about to: the first layer, the header every runner reads, holds by itself.
 */
export async function switchSending(
  table: Table,
  burst: string,
  wanted: { readonly enabled: boolean; readonly now: number },
  put: (configurationSet: string, enabled: boolean) => Promise<void>,
): Promise<void> {
  const header = await loadBurst(table, burst);
  if (!header) return;
  if (!wanted.enabled && (await isShared(table, burst, wanted.now))) return;
  const plan = await loadPlan(table, burst, header.contentHash);
  const sets = new Set(
    plan.legs.flatMap((leg) => (leg.kind === 'email' ? [leg.configurationSet] : [])),
  );
  for (const configurationSet of sets) {
    const state = { configurationSet, burst, at: wanted.now };
    // Known to be off before it is, and on only once it is: whoever sends next looks here.
    if (!wanted.enabled) await saveSendingSwitch(table, { ...state, isOff: true });
    await put(configurationSet, wanted.enabled);
    if (wanted.enabled) await saveSendingSwitch(table, { ...state, isOff: false });
  }
}

async function isShared(table: Table, burst: string, now: number): Promise<boolean> {
  for (const id of await dueBursts(table, now + NEAR_MS)) {
    if (id === burst) continue;
    const other = await loadBurst(table, id);
    if (other && ['scheduled', 'standby', 'armed', 'releasing'].includes(other.state)) return true;
  }
  return false;
}
