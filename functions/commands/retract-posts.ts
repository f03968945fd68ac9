// Takes the posts of a burst back, where their networks allow it.

import * as z from 'zod/mini';
import type { Retracted } from '#channels/contract.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import type { Plan } from '#domain/plan.ts';
import { listLegs } from '#store/legs.ts';
import { loadPlan } from '#store/plans.ts';
import { audit, findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const RetractPostsInput = z.strictObject({
  burst: Id,
  /** Absent: all of them. */
  leg: z.optional(Name),
  dryRun: z.optional(z.boolean()),
});

export interface RetractedPost {
  readonly leg: string;
  readonly channel: string;
  readonly postId: string;
  readonly url?: string;
  /** Absent in a dry run. */
  readonly retracted?: Retracted;
}

export interface RetractedPosts {
  readonly burst: string;
  readonly posts: readonly RetractedPost[];
}

/**
 * May be repeated at will: what is gone is gone. Emails cannot be taken back.
 * Throws Refusal `burst_unknown` or `leg_unknown`.
 */
export async function retractPosts(
  context: CommandContext,
  input: z.output<typeof RetractPostsInput>,
): Promise<RetractedPosts> {
  requireScope(context, 'operator');
  const { burst: id, leg: wanted, dryRun } = parseInput(RetractPostsInput, input);
  const burst = await findBurst(context, id);
  const plan = await loadPlan(context.table, id, burst.contentHash);
  requireLeg(plan, wanted);
  const posts: RetractedPost[] = [];
  for (const { leg: name, published } of await listLegs(context.table, id)) {
    const leg = plan.legs.find((one) => one.name === name);
    if (!published || leg?.kind !== 'broadcast') continue;
    if (wanted !== undefined && name !== wanted) continue;
    const { postId, url } = published;
    const post = { leg: name, channel: leg.channel, postId, ...(url === undefined ? {} : { url }) };
    if (dryRun) posts.push(post);
    else posts.push({ ...post, retracted: await context.channels.retract(leg, postId) });
  }
  if (!dryRun && posts.length > 0) {
    const told = posts.map(({ leg, retracted }) => ({ leg, retracted }));
    await audit(context, id, 'retract_posts', undefined, told);
  }
  return { burst: id, posts };
}

function requireLeg({ burst, legs }: Plan, wanted: string | undefined): void {
  if (wanted === undefined || legs.some(({ name }) => name === wanted)) return;
  const known = legs.map(({ name }) => name).join(', ');
  throw new Refusal('leg_unknown', `${burst} has no "${wanted}"; there is ${known}`, {
    field: 'leg',
  });
}
