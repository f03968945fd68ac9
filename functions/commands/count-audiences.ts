// How many people each email leg of a plan is meant for, before anybody is held back.

import type { Plan } from '#domain/plan.ts';
import { matches, type Segment } from '#domain/segment.ts';
import { countContacts, listContacts } from '#store/audiences.ts';
import type { CommandContext } from './context.ts';

export interface AudienceCount {
  readonly leg: string;
  readonly audience: string;
  readonly outcome?: string;
  readonly contacts: number;
}

/** Reads what it counts: one read unit for about thirty contacts. */
export async function countAudiences(
  context: Pick<CommandContext, 'table'>,
  plan: Plan,
): Promise<AudienceCount[]> {
  const known = new Map<string, number>();
  const counts: AudienceCount[] = [];
  for (const leg of plan.legs) {
    if (leg.kind !== 'email') continue;
    const { audience, outcome, segment } = leg;
    const name = `${audience} ${segment ? JSON.stringify(segment) : ''}`;
    const contacts = known.get(name) ?? (await countOf(context, audience, segment));
    known.set(name, contacts);
    const count = { leg: leg.name, audience, contacts };
    counts.push(outcome === undefined ? count : { ...count, outcome });
  }
  return counts;
}

async function countOf(
  { table }: Pick<CommandContext, 'table'>,
  audience: string,
  segment: Segment | undefined,
): Promise<number> {
  if (!segment) return countContacts(table, audience);
  let count = 0;
  for await (const page of listContacts(table, audience)) {
    count += page.filter((contact) => matches(segment, contact)).length;
  }
  return count;
}

/** The most people who can be written to: the outcome with the largest lists, plus all others. */
export function totalOf(counts: readonly AudienceCount[]): number {
  const byOutcome = new Map<string, number>();
  let always = 0;
  for (const { outcome, contacts } of counts) {
    if (outcome === undefined) always += contacts;
    else byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + contacts);
  }
  return always + Math.max(0, ...byOutcome.values());
}
