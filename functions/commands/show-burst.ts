// Everything about one burst on one screen.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { type LegItem, listLegs } from '#store/legs.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { type FollowUpView, followUpsOf } from './follow-ups-of.ts';
import { parseInput } from './parse-input.ts';
import { type Progress, progressOf, readLedger } from './progress.ts';

export const ShowBurstInput = z.strictObject({ burst: Id });

export interface PostView {
  readonly leg: string;
  readonly postId?: string;
  readonly url?: string;
  readonly claimedAt?: number;
  readonly callStartedAt?: number;
  readonly answeredAt?: number;
  readonly latenessMs?: number;
  /** The post was taken back then. */
  readonly retractedAt?: number;
  readonly reason?: string;
}

export interface ShownBurst extends BurstView {
  readonly now: number;
  readonly epoch: number;
  readonly holder?: string;
  readonly leaseUntil?: number;
  readonly preparedAt?: number;
  readonly sent: Progress;
  /** What is known of each leg beside its state; announcements with their address. */
  readonly posts: readonly PostView[];
  readonly followUps: readonly FollowUpView[];
}

/** Strong reads, so that what was just commanded shows. Throws Refusal `burst_unknown`. */
export async function showBurst(
  context: CommandContext,
  input: z.output<typeof ShowBurstInput>,
): Promise<ShownBurst> {
  requireScope(context, 'viewer');
  const { burst: id } = parseInput(ShowBurstInput, input);
  const burst = await findBurst(context, id);
  const [ledger, legs, followUps] = await Promise.all([
    readLedger(context.table, burst),
    listLegs(context.table, id),
    followUpsOf(context.table, burst),
  ]);
  const now = context.clock.now();
  const { epoch, holder, leaseUntil, preparedAt } = burst;
  return {
    ...describeBurst(burst),
    now,
    epoch,
    ...(holder === undefined ? {} : { holder }),
    ...(leaseUntil === undefined ? {} : { leaseUntil }),
    ...(preparedAt === undefined ? {} : { preparedAt }),
    sent: progressOf(burst, ledger, now),
    posts: legs.map(postView),
    followUps,
  };
}

function postView(item: LegItem): PostView {
  const { leg, published, claimedAt, callStartedAt, answeredAt, latenessMs, retractedAt, reason } =
    item;
  return {
    leg,
    ...(published === undefined ? {} : { postId: published.postId }),
    ...(published?.url === undefined ? {} : { url: published.url }),
    ...(claimedAt === undefined ? {} : { claimedAt }),
    ...(callStartedAt === undefined ? {} : { callStartedAt }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(latenessMs === undefined ? {} : { latenessMs }),
    ...(retractedAt === undefined ? {} : { retractedAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}
