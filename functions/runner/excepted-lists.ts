// Whom a leg leaves out because another list holds them, too.

import type { Plan } from '#domain/plan.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listContacts } from '#store/audiences.ts';
import type { ReasonPorts, ReasonTurn } from './freeze-reasons.ts';

/** By leg that leaves out the members of other lists: their digests. Reads each list once. */
export async function exceptedByLeg(
  ports: ReasonPorts,
  holding: ReasonTurn,
  plan: Plan,
  key: string,
): Promise<Map<string, Set<string>>> {
  const wanted = plan.legs.flatMap((leg) =>
    leg.kind === 'email' && leg.exceptLists ? [{ leg: leg.name, lists: leg.exceptLists }] : [],
  );
  const byList = new Map<string, Set<string>>();
  for (const list of new Set(wanted.flatMap(({ lists }) => lists))) {
    byList.set(list, await digestsOf(ports, holding, list, key));
  }
  return new Map(
    wanted.map(({ leg, lists }) => [
      leg,
      new Set(lists.flatMap((list) => [...(byList.get(list) ?? [])])),
    ]),
  );
}

async function digestsOf(
  ports: ReasonPorts,
  holding: ReasonTurn,
  list: string,
  key: string,
): Promise<Set<string>> {
  const digests = new Set<string>();
  for await (const page of listContacts(ports.table, list)) {
    for (const contact of page) digests.add(addressDigest(contact.address, key));
    await holding.renewIfDue();
  }
  return digests;
}
