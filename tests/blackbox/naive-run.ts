// A runner as nearly every tool has one: it sends, then writes down how far it got. Here to be
// caught: a kill between the two sends a step again.

import type { Addressee } from '#channels/contract.ts';
import { createRunnerPorts } from '#environment/runner-ports.ts';
import { listContacts } from '#store/audiences.ts';
import { dueBursts, loadBurst, saveBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';

const ports = createRunnerPorts();
const STEP = 25;

export async function handler(): Promise<void> {
  for (const id of await dueBursts(ports.table, ports.clock.now())) await send(id);
}

async function send(id: string): Promise<void> {
  const { table, entropy } = ports;
  let header = await loadBurst(table, id, { consistent: true });
  if (header?.state !== 'scheduled') return;
  const plan = await loadPlan(table, id, header.contentHash);
  const leg = plan.legs.find((one) => one.kind === 'email');
  const channel = ports.channels.get('email');
  if (leg?.kind !== 'email' || channel?.kind !== 'addressable') return;
  const { calls, linkBase } = plan;
  const sender = await channel.prepare({ burst: id, leg, calls, linkBase });
  const people: Addressee[] = [];
  const call = calls[0]?.name ?? '';
  for await (const page of listContacts(table, leg.audience)) {
    for (const { address, fields } of page) {
      people.push({ ordinal: people.length, address, fields, call, attempt: 1, digest: address });
    }
  }
  ports.log.info('lease_taken', { burst: id });
  for (let at = header.recipients ?? 0; at < people.length; at += STEP) {
    await sender.send(people.slice(at, at + STEP));
    const saved = await saveBurst(
      table,
      header,
      { ...header, recipients: at + STEP },
      entropy.id(),
    );
    if (saved.kind === 'lost') return;
    header = saved.item;
  }
  await saveBurst(table, header, { ...header, state: 'closed' }, entropy.id());
}
