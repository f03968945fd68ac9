// Takes the posts of a burst back, where their networks allow it.

import * as z from 'zod/mini';
import type { Retracted } from '#channels/contract.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import type { BroadcastLegPlan, Plan } from '#domain/plan.ts';
import { type LegItem, listLegs, saveLeg } from '#store/legs.ts';
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
 * May be repeated at will: what is gone is gone, since the first time. Emails cannot be taken back.
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
  for (const item of await listLegs(context.table, id)) {
    const { leg: name, published } = item;
    const leg = plan.legs.find((one) => one.name === name);
    if (!published || leg?.kind !== 'broadcast') continue;
    if (wanted !== undefined && name !== wanted) continue;
    const { postId, url } = published;
    const post = { leg: name, channel: leg.channel, postId, ...(url === undefined ? {} : { url }) };
    posts.push(dryRun ? post : { ...post, retracted: await takeBack(context, leg, item, postId) });
  }
  if (!dryRun && posts.length > 0) {
    const told = posts.map(({ leg, retracted }) => ({ leg, retracted }));
    await audit(context, id, 'retract_posts', undefined, told);
  }
  return { burst: id, posts };
}

async function takeBack(
  context: CommandContext,
  leg: BroadcastLegPlan,
  item: LegItem,
  postId: string,
): Promise<Retracted> {
  const retracted = await context.channels.retract(leg, postId);
  if (retracted === 'done' || retracted === 'already_gone') await noteGone(context, item);
  return retracted;
}

/** The first time counts: a network that is asked again only says that it is gone. */
async function noteGone(context: CommandContext, found: LegItem): Promise<void> {
  const retractedAt = context.clock.now();
  for (let item: LegItem | undefined = found; item && item.retractedAt === undefined; ) {
    const next: LegItem = { ...item, retractedAt };
    const saved = await saveLeg(context.table, item, next, context.entropy.id());
    if (saved.kind === 'saved') return;
    item = saved.current;
  }
}

function requireLeg({ burst, legs }: Plan, wanted: string | undefined): void {
  if (wanted === undefined || legs.some(({ name }) => name === wanted)) return;
  const known = legs.map(({ name }) => name).join(', ');
  throw new Refusal('leg_unknown', `${burst} has no "${wanted}"; there is ${known}`, {
    field: 'leg',
  });
}
