// Whom a follow-up is meant for: decided from the ledger and the facts of the burst it follows.

import { type Facts, noFacts } from '#domain/facts.ts';
import { classifyClicks } from '#domain/human-click.ts';
import type { LegRange, ManifestHead } from '#domain/manifest.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { reachedOrdinals } from '#domain/reached-ordinals.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listLeaves } from '#store/facts.ts';
import { listLanes } from '#store/lanes.ts';
import { loadManifestChunk, loadManifestHead } from '#store/manifests.ts';
import { listWindowRecords } from '#store/window-records.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

type FollowUp = NonNullable<EmailLegPlan['followUp']>;

/**
 * Digests of those whom the leg certainly reached and of whom `who` is true now; whoever is in
 * doubt got nothing as far as anybody knows, and is not reminded of it.
 */
export async function followedUp(
  ports: RunnerPorts,
  holding: Holding,
  { burst, leg, who }: FollowUp,
): Promise<Set<string>> {
  const { table } = ports;
  const head = await loadManifestHead(table, burst);
  const range = head?.legs.find((one) => one.leg === leg);
  const digests = new Set<string>();
  if (!head || !range) return digests;
  const chosen = await chosenOf(ports, head, range, who);
  const key = await ports.suppressionKey();
  const size = head.chunkRecipients;
  const last = Math.ceil(range.sendableTo / size);
  for (let chunk = Math.floor(range.from / size); chunk < last; chunk += 1) {
    for (const { ordinal, address } of await loadManifestChunk(table, burst, head.freeze, chunk)) {
      if (chosen[ordinal] === 1) digests.add(addressDigest(address, key));
    }
    await holding.renewIfDue();
  }
  return digests;
}

/** 1 for every ordinal that gets it. */
async function chosenOf(
  { table }: RunnerPorts,
  head: ManifestHead,
  range: LegRange,
  who: FollowUp['who'],
): Promise<Uint8Array> {
  const lanes = await listLanes(table, head.burst, head.lanes.length);
  const records = await listWindowRecords(table, head.burst);
  const reached = reachedOrdinals(head, lanes, records, false);
  // Of whom nothing is known at all, that is known, too.
  const chosen = new Uint8Array(head.recipients).fill(isTrue(who, noFacts()) ? 1 : 0);
  for await (const leaf of listLeaves(table, head.burst, 'o')) {
    for (const [ordinal, facts] of leaf.facts) {
      chosen[Number(ordinal)] = isTrue(who, facts) ? 1 : 0;
    }
  }
  return chosen.map((is, ordinal) => {
    const isOfLeg = ordinal >= range.from && ordinal < range.sendableTo;
    return isOfLeg && reached[ordinal] === 1 ? is : 0;
  });
}

function isTrue(who: FollowUp['who'], facts: Facts): boolean {
  const hasConverted = facts.conversions.length > 0;
  if (who === 'converted') return hasConverted;
  if (who === 'not-converted') return !hasConverted;
  const hasClicked = classifyClicks(facts.clicks, facts.deliveredAt).includes('human');
  return who === 'clicked' ? hasClicked : !hasClicked && !hasConverted;
}
