// What networks say of posts, asked now and then while answers are counted: shown, never compared.

import type { BroadcastChannel, Measured } from '#channels/contract.ts';
import type { Burst } from '#domain/burst.ts';
import type { BroadcastLegPlan } from '#domain/plan.ts';
import type { Log, Table } from '#domain/ports.ts';
import { listLegs } from '#store/legs.ts';
import { loadPlan } from '#store/plans.ts';
import { loadTallies, saveNative } from '#store/tallies.ts';
import { NativeMetrics } from './report-basis.ts';

export interface MeasurePostsPorts {
  readonly table: Table;
  readonly now: () => number;
  readonly log: Log;
  /** Undefined for a channel that nobody can ask. */
  readonly channelOf: (channel: string) => Pick<BroadcastChannel, 'measure'> | undefined;
}

/** Young posts are asked about often, old ones seldom: a tenth of their age, at least this. */
const AGAIN_MIN_MS = 10 * 60_000;
const AGAIN_SHARE = 0.1;

/** Asks when it is time to; what a network does not answer leaves what stood there. */
export function createMeasurePosts(ports: MeasurePostsPorts): (burst: Burst) => Promise<void> {
  const asked = new Map<string, number>();
  return async (burst) => {
    const now = ports.now();
    const age = now - (burst.momentAt ?? now);
    const last = asked.get(burst.id);
    const wait = Math.max(AGAIN_MIN_MS, age * AGAIN_SHARE);
    if (!burst.legs.some(({ state }) => state === 'published')) return;
    if (last !== undefined && now - last < wait) return;
    const known = (await loadTallies(ports.table, burst.id)).native;
    asked.set(burst.id, known && last === undefined ? known.asOf : now);
    if (last === undefined && known && now - known.asOf < wait) return;
    asked.set(burst.id, now);
    await saveNative(ports.table, burst.id, {
      asOf: now,
      byLeg: { ...known?.byLeg, ...(await askAll(ports, burst, known?.byLeg ?? {})) },
    });
  };
}

async function askAll(
  ports: MeasurePostsPorts,
  burst: Burst,
  known: Readonly<Record<string, unknown>>,
): Promise<Record<string, NativeMetrics>> {
  const plan = await loadPlan(ports.table, burst.id, burst.contentHash);
  const found: Record<string, NativeMetrics> = {};
  for (const { leg, published } of await listLegs(ports.table, burst.id)) {
    const own = plan.legs.find(({ name }) => name === leg);
    if (published === undefined || own?.kind !== 'broadcast') continue;
    const answer = await ask(ports, own, published.postId, burst.id);
    if (answer) found[leg] = withFollowers(answer, known[leg]);
  }
  return found;
}

async function ask(
  { channelOf, log }: MeasurePostsPorts,
  leg: BroadcastLegPlan,
  postId: string,
  burst: string,
): Promise<Measured | undefined> {
  try {
    return await channelOf(leg.channel)?.measure(postId, leg);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
    log.warn('post_unmeasured', { burst, leg: leg.name, reason });
    return undefined;
  }
}

/** How many followed at the moment is the first number that was said. */
function withFollowers({ asOf, metrics }: Measured, before: unknown): NativeMetrics {
  const known = NativeMetrics.safeParse(before);
  const first = known.success ? known.data.metrics.followers_at_moment : undefined;
  const atMoment = typeof first === 'number' ? first : metrics.followers;
  const kept = atMoment === undefined ? {} : { followers_at_moment: atMoment };
  return { asOf, metrics: { ...metrics, ...kept } };
}
