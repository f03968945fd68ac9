// What nearly every tool does: send, then write down how far it got. Here to be caught.

import type { Addressee } from '#channels/contract.ts';
import type { RunnerPorts, TickOptions } from '#runner/ports.ts';
import { listContacts } from '#store/audiences.ts';
import { dueBursts, loadBurst, saveBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';

/** Sends due bursts in steps of fifty, and notes the step after it was sent. */
export async function naiveTick(ports: RunnerPorts, options: TickOptions): Promise<void> {
  const { table, clock } = ports;
  const due = new Set(await dueBursts(table, clock.now() + 60_000));
  if (options.burst !== undefined) due.add(options.burst);
  for (const id of due) await send(ports, id);
}

async function send(ports: RunnerPorts, id: string): Promise<void> {
  const { table, clock } = ports;
  const burst = await loadBurst(table, id, { consistent: true });
  if (burst?.momentAt === undefined || burst.state !== 'scheduled') return;
  if (burst.momentAt > clock.now()) await clock.sleepUntil(burst.momentAt);
  const plan = await loadPlan(table, id, burst.contentHash);
  const leg = plan.legs.find((one) => one.kind === 'email');
  const channel = ports.channels.get('email');
  if (leg?.kind !== 'email' || channel?.kind !== 'addressable') return;
  const { calls, linkBase } = plan;
  const sender = await channel.prepare({ burst: id, leg, calls, linkBase });
  const people: Addressee[] = [];
  const seen = new Set<string>();
  for await (const page of listContacts(table, leg.audience)) {
    for (const { address, fields } of page) {
      if (seen.has(address)) continue;
      seen.add(address);
      people.push({
        ordinal: people.length,
        address,
        fields,
        call: 'join',
        attempt: 1,
        digest: '',
      });
    }
  }
  let header = burst;
  for (let at = burst.recipients ?? 0; at < people.length; at += 50) {
    await sender.send(people.slice(at, at + 50));
    const next = { ...header, recipients: at + 50 };
    const saved = await saveBurst(table, header, next, ports.entropy.id());
    if (saved.kind === 'lost') return;
    header = saved.item;
  }
  await saveBurst(table, header, { ...header, state: 'closed' }, ports.entropy.id());
}
