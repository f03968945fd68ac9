// Who is held back when an audience is frozen, and for which reason.

import type { Burst } from '#domain/burst.ts';
import { isHeldOut } from '#domain/holdout.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import type { Clock, Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import type { Contact } from '#store/audiences.ts';
import { listConverted } from '#store/converted.ts';
import { type MessageHistory, readMessageHistory } from '#store/message-history.ts';
import { loadPlan } from '#store/plans.ts';
import { releasedBursts } from '#store/released-bursts.ts';
import { listSuppressed } from '#store/suppressions.ts';
import { loadFrame } from '#store/tallies.ts';
import { DigestSet } from './digest-set.ts';
import { exceptedByLeg } from './excepted-lists.ts';
import type { RunnerPorts } from './ports.ts';

/** What is asked of the world: as much as a forecast has, too. */
export type ReasonPorts = Pick<RunnerPorts, 'table' | 'suppressionKey'> & {
  readonly clock: Pick<Clock, 'now'>;
};

/** Whose list it is, and what keeps a lease alive between reads. */
export interface ReasonTurn {
  readonly burst: Pick<Burst, 'momentAt'>;
  renewIfDue(): Promise<void>;
}

/** Why this contact of this leg is held back, or undefined. Asked once a contact, leg by leg. */
export type ReasonToHold = (contact: Contact, leg: EmailLegPlan) => string | undefined;

/** Bursts of a campaign that began longer ago are over. */
const CAMPAIGN_LASTS_MS = 400 * 86_400_000;

/**
 * Reads all that the whole list is held against: suppressions, and, where the plan asks for them,
 * conversions and what other bursts have sent. Of several reasons the first below is told.
 * @param erased the digests of those who asked to be forgotten are added to it
 */
export async function freezeReasons(
  ports: ReasonPorts,
  holding: ReasonTurn,
  plan: Plan,
  erased?: Set<string>,
): Promise<ReasonToHold> {
  const key = await ports.suppressionKey();
  const suppressed = await listSuppressed(ports.table, erased);
  const converted = await convertedByLeg(ports, holding, plan, key);
  const excepted = await exceptedByLeg(ports, holding, plan, key);
  const history = await historyFor(ports, holding, plan, key);
  const messagesMax = plan.frequencyCap?.messages ?? Number.POSITIVE_INFINITY;
  const { holdout = 0 } = plan;
  const seen = new Seen();
  return (contact, leg) => {
    const digest = addressDigest(contact.address, key);
    if (suppressed.has(digest)) return 'suppressed';
    const consent = consentReason(contact, leg);
    if (consent) return consent;
    if (converted.get(leg.name)?.has(digest)) return 'converted';
    if (history && history.count(digest) >= messagesMax) return 'frequency_cap';
    if (excepted.get(leg.name)?.has(digest)) return 'other_list';
    if (seen.hasSeen(digest, leg.outcome)) return 'same_address';
    return isHeldOut(plan.burst, digest, holdout) ? 'holdout' : undefined;
  };
}

/** Of this contact alone: the same person may have allowed another list to write. */
function consentReason(contact: Contact, leg: EmailLegPlan): string | undefined {
  const consent = contact.consent?.[leg.channel];
  if (consent?.withdrawnAt !== undefined) return 'consent_withdrawn';
  return leg.requireConsent && !consent ? 'no_consent' : undefined;
}

/** By leg that leaves out who has converted: their digests. */
async function convertedByLeg(
  ports: ReasonPorts,
  holding: ReasonTurn,
  plan: Plan,
  key: string,
): Promise<Map<string, Set<string>>> {
  const byLeg = new Map<string, Set<string>>();
  const byBurst = new Map<string, Set<string>>();
  for (const leg of plan.legs) {
    if (leg.kind !== 'email' || !leg.skipConverted) continue;
    const { burst } = leg.skipConverted;
    const bursts = burst === undefined ? await burstsOf(ports, plan.campaign) : [burst];
    const all = new Set<string>();
    for (const one of bursts) {
      const digests = byBurst.get(one) ?? (await listConverted(ports.table, one, key));
      byBurst.set(one, digests);
      for (const digest of digests) all.add(digest);
      await holding.renewIfDue();
    }
    byLeg.set(leg.name, all);
  }
  return byLeg;
}

async function burstsOf({ table, clock }: ReasonPorts, campaign: string): Promise<string[]> {
  const now = clock.now();
  const found: string[] = [];
  for (const burst of await releasedBursts(table, now - CAMPAIGN_LASTS_MS, now)) {
    if ((await campaignOf(table, burst)) === campaign) found.push(burst.id);
  }
  return found;
}

async function campaignOf(table: Table, burst: Burst): Promise<string> {
  const frame = await loadFrame(table, burst.id);
  return frame?.campaign ?? (await loadPlan(table, burst.id, burst.contentHash)).campaign;
}

async function historyFor(
  { table, clock }: ReasonPorts,
  holding: ReasonTurn,
  plan: Plan,
  suppressionKey: string,
): Promise<MessageHistory | undefined> {
  if (!plan.frequencyCap) return undefined;
  const now = clock.now();
  const since = (holding.burst.momentAt ?? now) - plan.frequencyCap.withinMs;
  const onRead = () => holding.renewIfDue();
  return readMessageHistory(table, { since, now, except: plan.burst, suppressionKey, onRead });
}

/**
 * One message per person and burst, even when two contacts or two legs share an address. Legs of
 * different outcomes never both leave, so they may hold the same people.
 */
class Seen {
  readonly #byOutcome = new Map<string, DigestSet>();

  /** True when a leg that may leave together with this one has the address already. */
  hasSeen(digest: string, outcome: string | undefined): boolean {
    const together =
      outcome === undefined ? [...this.#byOutcome.values()] : [this.#of(''), this.#of(outcome)];
    if (together.some((digests) => digests.has(digest))) return true;
    this.#of(outcome ?? '').add(digest);
    return false;
  }

  #of(outcome: string): DigestSet {
    const digests = this.#byOutcome.get(outcome) ?? new DigestSet();
    this.#byOutcome.set(outcome, digests);
    return digests;
  }
}
