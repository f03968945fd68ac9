// A list that grew beyond its policy's bound after planning needs its second person after all.

import type { Burst } from '#domain/burst.ts';
import { loadPlan } from '#store/plans.ts';
import type { CommandContext } from './context.ts';
import { countAudiences, isAbove, totalOf } from './count-audiences.ts';

/** The header with the approval policy that today's lists demand; too long to count is too long. */
export async function withApprovalPolicy(context: CommandContext, burst: Burst): Promise<Burst> {
  if (burst.approvalPolicy === 'second') return burst;
  const plan = await loadPlan(context.table, burst.id, burst.contentHash);
  if (plan.approvalAbove === undefined) return burst;
  const recipients = totalOf(await countAudiences(context, plan));
  return isAbove(recipients, plan.approvalAbove) ? { ...burst, approvalPolicy: 'second' } : burst;
}
