// What a plan would do if it left now: who gets it and who does not, how long it takes, what it costs.

import type { Problem, Quota } from '#channels/contract.ts';
import { assumed, burstCost, type CostLine, postsOf, totalUsd } from '#domain/cost.ts';
import { codeOf } from '#domain/faults.ts';
import { firstWaveSize } from '#domain/first-wave.ts';
import { laneCount, windowSize } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { mde } from '#statistics/mde.ts';
import { loadAudienceHistory } from '#store/audience-history.ts';
import type { CommandContext } from './context.ts';
import { countHeld, type HeldCount, type ListCount } from './count-held.ts';

export interface Forecast {
  /** Email legs: whom they reach, and who is held back. */
  readonly lists: readonly ListCount[];
  /** Over everything that can leave together; absent where the lists are too long to walk now. */
  readonly recipients?: number;
  readonly heldBack?: HeldCount;
  /** What the email account allows; absent where nothing goes by email, or it could not be read. */
  readonly quota?: Quota;
  readonly drain?: Drain;
  /** Claimed together, and what that means in calls. */
  readonly windows?: number;
  readonly lanes?: number;
  readonly cost?: {
    readonly usd: number;
    readonly lines: readonly Pick<CostLine, 'name' | 'usd'>[];
  };
  /** What could be told apart with this list, should the goal's target be met. */
  readonly smallestLift?: {
    readonly lift: number;
    readonly perCall: number;
    readonly baseline: number;
  };
  /** By channel: what stands against it, and what should be known. */
  readonly problems: readonly (Problem & { readonly leg: string })[];
}

/** Milliseconds after the moment. */
export interface Drain {
  /** Recipients a second that are aimed for. */
  readonly perSecond: number;
  readonly halfMs: number;
  readonly lastMs: number;
  /** Few leave first where a list was never mailed; the others wait for their feedback at most so long. */
  readonly firstWave?: { readonly recipients: number; readonly waitMs: number };
}

/** Walks the lists for at most this long: the API answers within 29 s. */
const WALK_MS = 12_000;

/** Reads the lists twice over at most; writes nothing. Never throws for a channel's sake. */
export async function forecast(
  context: CommandContext,
  plan: Plan,
  momentAt: number | undefined,
): Promise<Forecast> {
  const walked = await countHeld(context, plan, { momentAt, forMs: WALK_MS });
  const { lists, together, recipients, heldBack } = walked;
  const problems = await problemsOf(context, plan);
  const quota = lists.length === 0 ? undefined : await quotaOf(context, problems);
  const perSecond = (quota?.perSecond ?? 0) * limits.quotaShare;
  const base = {
    lists,
    problems,
    ...(heldBack === undefined ? {} : { heldBack }),
    ...(quota === undefined ? {} : { quota }),
  };
  if (recipients === undefined) return base;
  if (quota) problems.push(...quotaProblems(quota, recipients));
  const drain = perSecond > 0 ? await drainOf(context, plan, together, perSecond) : undefined;
  const lines = burstCost({
    recipients,
    perSecond: Math.max(perSecond, 1),
    plan: 'essentials',
    eventsPerEmail: assumed.eventsPerEmail,
    clicks: recipients * assumed.clickShare,
    posts: postsOf(plan.legs),
  });
  const smallestLift = smallestLiftOf(plan, recipients);
  return {
    ...base,
    recipients,
    cost: {
      usd: totalUsd(lines),
      lines: lines.map(({ name, usd }) => ({ name, usd })),
    },
    ...(perSecond > 0 ? claimsOf(together, perSecond) : {}),
    ...(drain === undefined ? {} : { drain }),
    ...(smallestLift === undefined ? {} : { smallestLift }),
  };
}

type Found = Problem & { readonly leg: string };

async function problemsOf(context: CommandContext, plan: Plan): Promise<Found[]> {
  // The posts of a series differ in their call alone: the first stands for all of them.
  const asked = plan.legs.filter((leg) => leg.kind === 'email' || !leg.series?.slot);
  const found = asked.map(async (leg): Promise<Found[]> => {
    try {
      return (await context.channels.checkLeg(plan, leg)).map((one) => ({ ...one, leg: leg.name }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = codeOf(error);
      return [{ code, field: leg.name, message, severity: 'error', leg: leg.name }];
    }
  });
  return (await Promise.all(found)).flat();
}

async function quotaOf(context: CommandContext, problems: Found[]): Promise<Quota | undefined> {
  try {
    return await context.channels.quota();
  } catch (error) {
    const message = 'the email account could not be asked for its quota';
    const base = { code: codeOf(error), field: 'email', message, leg: 'email' };
    problems.push({ ...base, severity: 'warning' });
    return undefined;
  }
}

function quotaProblems(quota: Quota, recipients: number): Found[] {
  const problems: Found[] = [];
  const add = (code: string, message: string, limit: string): void => {
    problems.push({ code, field: 'email', message, limit, severity: 'error', leg: 'email' });
  };
  const left = Math.max(0, quota.perDay - quota.sentLastDay);
  if (!quota.sendingEnabled) add('sending_disabled', 'the email account may not send', 'enabled');
  if (recipients > left) {
    add(
      'daily_quota',
      `${recipients} people, and ${left} left of the day's quota`,
      `${left} a day`,
    );
  }
  return problems;
}

/** Everything at one rate: half and last of all emails, from the first leg's start on. */
async function drainOf(
  context: CommandContext,
  plan: Plan,
  lists: readonly ListCount[],
  perSecond: number,
): Promise<Drain | undefined> {
  const legs = plan.legs.filter((leg) => leg.kind === 'email');
  // A wave leaves when somebody says so, or after feedback: nobody knows when the last one does.
  if (legs.some((leg) => leg.waves)) return undefined;
  const recipients = lists.reduce((sum, list) => sum + (list.recipients ?? 0), 0);
  if (recipients === 0) return undefined;
  const startMs = Math.min(...legs.map(({ offsetMs }) => offsetMs));
  const afterMs = (sent: number) => Math.round(startMs + (sent / perSecond) * 1_000);
  const first = await firstWaveOf(context, legs, lists);
  const waitMs = first > 0 ? limits.firstWaveWaitMs : 0;
  const half = recipients / 2;
  return {
    perSecond: Math.round(perSecond * 10) / 10,
    halfMs: afterMs(half) + (half > first ? waitMs : 0),
    lastMs: afterMs(recipients) + waitMs,
    ...(first > 0 ? { firstWave: { recipients: first, waitMs } } : {}),
  };
}

async function firstWaveOf(
  { table }: CommandContext,
  legs: readonly EmailLegPlan[],
  lists: readonly ListCount[],
): Promise<number> {
  let first = 0;
  for (const leg of legs) {
    if (leg.firstWave === undefined) continue;
    const recipients = lists.find((list) => list.leg === leg.name)?.recipients ?? 0;
    const isMailed = (await loadAudienceHistory(table, leg.audience)) !== undefined;
    first += firstWaveSize(leg.firstWave, { recipients, isMailed });
  }
  return first;
}

function claimsOf(lists: readonly ListCount[], perSecond: number) {
  const size = windowSize(perSecond);
  const sizes = lists.map((list) => list.recipients ?? 0).filter((people) => people > 0);
  return {
    windows: sizes.reduce((sum, people) => sum + Math.ceil(people / size), 0),
    lanes: sizes.reduce((sum, people) => sum + laneCount(people, perSecond), 0),
  };
}

/** Told only where the file says what it hopes for: a lift needs a rate to be a lift of. */
function smallestLiftOf(plan: Plan, recipients: number): Forecast['smallestLift'] {
  const target = plan.goal?.target;
  const leg = plan.legs.find((one) => one.kind === 'email' && weighted(one) > 1);
  if (target === undefined || leg?.kind !== 'email' || plan.registration.metric !== 'conversion') {
    return undefined;
  }
  const calls = weighted(leg);
  const perCall = Math.floor(recipients / calls);
  const baseline = target / Math.max(1, recipients);
  if (perCall < 1 || baseline >= 1) return undefined;
  const pairs = (calls * (calls - 1)) / 2;
  const { alphaFinal } = plan.registration;
  const { p2 } = mde({ n: perCall, p1: baseline, alpha: alphaFinal / pairs, power: 0.8 });
  return p2 === null ? undefined : { lift: p2 / baseline - 1, perCall, baseline };
}

function weighted(leg: EmailLegPlan): number {
  return leg.allocation.filter(({ weight }) => weight > 0).length;
}
