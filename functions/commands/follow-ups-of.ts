// What follows a burst: planned and approved with it, made when it is sent.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import type { Who } from '#domain/who-follows.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import { type Frame, frameOf, loadFrame } from '#store/tallies.ts';
import { describeBurst, type MomentView } from './describe-burst.ts';

export interface FollowUpView {
  readonly burst: string;
  readonly who: Who;
  /** After the moment of the burst that it follows, as planned. */
  readonly afterMs: number;
  /** Once it is made. */
  readonly state?: Burst['state'];
  readonly moment?: MomentView;
}

/** One read, before the release the plan's, and one for each; none of a burst that follows itself. */
export async function followUpsOf(
  table: Table,
  burst: Pick<Burst, 'id' | 'contentHash' | 'follows'>,
): Promise<FollowUpView[]> {
  if (burst.follows !== undefined) return [];
  const { followUps = [] } = await plannedOf(table, burst);
  return Promise.all(
    followUps.map(async ({ burst: id, who, afterMs }) => {
      const made = await loadBurst(table, id);
      const planned = { burst: id, who, afterMs };
      // Another burst may have taken the name before this one was sent.
      if (made?.follows !== burst.id) return planned;
      const { state, moment } = describeBurst(made);
      return { ...planned, state, ...(moment === undefined ? {} : { moment }) };
    }),
  );
}

/** What is known of the plan since the release is small; the plan itself is not. */
async function plannedOf(
  table: Table,
  { id, contentHash }: Pick<Burst, 'id' | 'contentHash'>,
): Promise<Pick<Frame, 'followUps'>> {
  const frame = await loadFrame(table, id);
  if (frame?.contentHash === contentHash) return frame;
  return frameOf(await loadPlan(table, id, contentHash), contentHash);
}
