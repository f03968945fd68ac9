// Whether what somebody is about to do lies inside what was approved beforehand.

import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
import { quietStanding } from '#domain/quiet-hours.ts';
import { loadPlan } from '#store/plans.ts';
import type { CommandContext } from './context.ts';
import { countAudiences, totalOf } from './count-audiences.ts';

/**
 * Throws Refusal `outside_envelope` naming what lies outside: the person, the hour or the number
 * of recipients. A burst without an envelope costs nothing here.
 * @param at when it would leave; absent: at some time of the stand-by
 */
export async function requireEnvelope(
  context: CommandContext,
  burst: Burst,
  at: number | undefined,
): Promise<void> {
  const { envelope } = burst;
  if (!envelope) return;
  const { who, hours, recipients } = envelope;
  const { name } = context.principal;
  if (who && !who.includes(name)) {
    throw outside(`${name} is not among those who may release it`, 'who', who.join(', '));
  }
  if (hours && at !== undefined && quietStanding(hours, burst.zone, at)?.isQuiet === false) {
    const limit = `${hours.from} to ${hours.to} ${burst.zone}`;
    throw outside('the moment lies outside its hours', 'hours', limit);
  }
  const people = burst.recipients ?? (await peopleOf(context, burst));
  if (people === undefined) {
    throw outside('there are too many people to count now', 'recipients', `at most ${recipients}`);
  }
  if (people > recipients) {
    throw outside(`${people} people would get it`, 'recipients', `at most ${recipients}`);
  }
}

async function peopleOf(context: CommandContext, burst: Burst): Promise<number | undefined> {
  const plan = await loadPlan(context.table, burst.id, burst.contentHash);
  return totalOf(await countAudiences(context, plan));
}

function outside(message: string, field: string, limit: string): Refusal {
  const text = `${message}: that is outside of what was approved beforehand`;
  return new Refusal('outside_envelope', text, { field, limit });
}
