// How many people each email leg of a plan is meant for, before anybody is held back.

import type { Plan } from '#domain/plan.ts';
import { matches, type Segment } from '#domain/segment.ts';
import { listContacts } from '#store/audiences.ts';
import { contactCount } from '#store/contact-counts.ts';
import type { CommandContext } from './context.ts';

export interface AudienceCount {
  readonly leg: string;
  readonly audience: string;
  readonly outcome?: string;
  /** Absent: too many to count now. */
  readonly contacts?: number;
}

/** For all lists of a plan together: the API answers within 29 s. */
const COUNT_MS = 6_000;

type Ports = Pick<CommandContext, 'table' | 'clock' | 'entropy'>;

/**
 * One read for a list whose number is known (`contact-counts.ts`). Any other, and a part of a list,
 * is walked, a read unit for about thirty contacts, for at most six seconds; what is not counted by
 * then has no number.
 */
export async function countAudiences(ports: Ports, plan: Plan): Promise<AudienceCount[]> {
  const until = ports.clock.now() + COUNT_MS;
  const known = new Map<string, number | undefined>();
  const counts: AudienceCount[] = [];
  for (const leg of plan.legs) {
    if (leg.kind !== 'email') continue;
    const { audience, outcome, segment } = leg;
    const name = `${audience} ${segment ? JSON.stringify(segment) : ''}`;
    if (!known.has(name)) known.set(name, await countOf(ports, audience, segment, until));
    const contacts = known.get(name);
    counts.push({
      leg: leg.name,
      audience,
      ...(outcome === undefined ? {} : { outcome }),
      ...(contacts === undefined ? {} : { contacts }),
    });
  }
  return counts;
}

async function countOf(
  { table, clock, entropy }: Ports,
  audience: string,
  segment: Segment | undefined,
  until: number,
): Promise<number | undefined> {
  if (!segment) {
    const counting = { now: () => clock.now(), until, nonce: () => entropy.id() };
    return contactCount(table, audience, counting);
  }
  let count = 0;
  for await (const page of listContacts(table, audience)) {
    if (clock.now() > until) return undefined;
    count += page.filter((contact) => matches(segment, contact)).length;
  }
  return count;
}

/**
 * The most people who can be written to: the outcome with the largest lists, plus all others.
 * Undefined where any of them was not counted: then it may be any number.
 */
export function totalOf(counts: readonly AudienceCount[]): number | undefined {
  const byOutcome = new Map<string, number>();
  let always = 0;
  for (const { outcome, contacts } of counts) {
    if (contacts === undefined) return undefined;
    if (outcome === undefined) always += contacts;
    else byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + contacts);
  }
  return always + Math.max(0, ...byOutcome.values());
}

/** A number that nobody knows is above every bound: whoever may have to be asked is asked. */
export function isAbove(recipients: number | undefined, bound: number): boolean {
  return recipients === undefined || recipients > bound;
}
