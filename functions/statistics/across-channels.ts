/** The report over all channels: who leads within them, never by adding them up (section 4). */

import type { ChannelReport } from './channel-report.ts';
import type { ChannelTally, ComparisonPlan } from './comparison-input.ts';
import type { KnownArm } from './decide.ts';
import { decideOverall, type OverallDecision } from './decide-overall.ts';
import { type ShrinkAcrossChannels, shrinkAcrossChannels } from './shrink-across-channels.ts';
import { standardize } from './standardize.ts';

export type AcrossChannels = {
  status: OverallDecision['status'] | 'leading';
  reason:
    | OverallDecision['reason']
    | 'immature'
    | 'sensitive_to_bot_filter'
    | 'no_comparable_channel';
  winner: string | null;
  leader: string | null;
  /** adding up would have named another call; `tables` explain it */
  simpson: boolean;
  tables: { byChannel: { channel: string; arms: KnownArm[] }[]; addedUp: KnownArm[] } | null;
  pairs: OverallDecision['pairs'];
  /** channels that took part, and those that did not with the reason */
  channels: string[];
  leftOut: { channel: string; reason: string }[];
  /** rates over one audience mix, the same for every call */
  standardized: {
    /** the mix was registered before the send, or follows from how many were exposed */
    by: 'plan' | 'exposures';
    weights: Record<string, number>;
    rates: { id: string; rate: number | null }[];
  } | null;
  /** what each channel's effect of the leader over a rival probably is; ln risk ratios */
  shrunken: ({ id: string } & ShrinkAcrossChannels)[];
};

export type Included = { tally: ChannelTally; report: ChannelReport };

/**
 * S13 to S15 and S21 over the channels that are themselves comparable and carry all of the plan's
 * calls. A winner needs every one of them at its final read; before that it only leads. What a
 * channel withholds because of the click filter is not claimed over channels either, and one
 * channel alone says what that channel says.
 * Cost: O(calls^2 channels).
 */
export function acrossChannels(
  plan: ComparisonPlan,
  reports: readonly Included[],
  refused: readonly { channel: string; reason: string }[],
): AcrossChannels {
  const left = reports.flatMap(({ tally, report }) => {
    const reason = reasonToLeaveOut(plan, tally, report);
    return reason === null ? [] : [{ channel: tally.channel, reason }];
  });
  const out = new Set(left.map(({ channel }) => channel));
  const used = reports.filter(({ tally }) => !out.has(tally.channel));
  const leftOut = [...refused, ...left].sort((x, y) => (x.channel < y.channel ? -1 : 1));
  const channels = used.map(({ tally }) => tally.channel);
  if (used.length === 0) return { ...nothing, leftOut };
  const overall = decideOverall({
    strata: used.flatMap(({ tally }) => strataOf(plan, tally)),
    alpha: plan.alphaFinal,
  });
  const byChannel = used.map(({ tally }) => ({
    channel: tally.channel,
    arms: armsOf(plan, tally),
  }));
  const { simpson, leader, pairs } = overall;
  return {
    ...claimOf(overall, used),
    leader,
    simpson,
    tables: simpson ? { byChannel, addedUp: addUp(plan, byChannel) } : null,
    pairs,
    channels,
    leftOut,
    standardized: standardizedOf(plan, byChannel),
    shrunken: pairs.map(({ id }) => ({
      id,
      ...shrinkAcrossChannels({
        strata: byChannel.map(({ arms }) => ({
          a: armNamed(arms, id),
          b: armNamed(arms, leader ?? ''),
        })),
      }),
    })),
  };
}

type Claim = Pick<AcrossChannels, 'status' | 'reason' | 'winner'>;

function claimOf({ status, reason, winner }: OverallDecision, used: readonly Included[]): Claim {
  if (status !== 'winner') return { status, reason, winner };
  const open = { status: 'no_clear_winner' as const, winner: null };
  if (used.some(({ report }) => report.verdict.reason === 'sensitive_to_bot_filter')) {
    return { ...open, reason: 'sensitive_to_bot_filter' };
  }
  if (used.some(({ tally }) => !tally.finalRead)) {
    return { status: 'leading', reason: 'immature', winner: null };
  }
  const [only, ...others] = used;
  const alone = others.length === 0 && only?.report.verdict.winner !== winner;
  return alone ? { ...open, reason: 'insufficient_evidence' } : { status, reason, winner };
}

const nothing: AcrossChannels = {
  status: 'not_comparable',
  reason: 'no_comparable_channel',
  winner: null,
  leader: null,
  simpson: false,
  tables: null,
  pairs: [],
  channels: [],
  leftOut: [],
  standardized: null,
  shrunken: [],
};

function reasonToLeaveOut(
  plan: ComparisonPlan,
  tally: ChannelTally,
  { verdict }: ChannelReport,
): string | null {
  if (verdict.status === 'not_comparable' || verdict.status === 'invalid') return verdict.reason;
  if (tally.design !== 'randomized') return 'posts_are_the_unit';
  return tally.calls.length === plan.calls.length ? null : 'other_calls';
}

/** One stratum a channel, or one a wave where there were waves. */
function strataOf(plan: ComparisonPlan, tally: ChannelTally): KnownArm[][] {
  if (!tally.waves || tally.waves.length === 0) return [armsOf(plan, tally)];
  return tally.waves.map(({ arms }) =>
    plan.calls.map((id, index) => ({ id, n: arms[index]?.n ?? 0, s: arms[index]?.s ?? 0 })),
  );
}

function armsOf(plan: ComparisonPlan, { calls }: ChannelTally): KnownArm[] {
  return plan.calls.map((id) => {
    const call = calls.find((one) => one.id === id);
    return { id, n: call?.exposures ?? 0, s: call?.human ?? 0 };
  });
}

function armNamed(arms: readonly KnownArm[], id: string) {
  const { n, s } = arms.find((arm) => arm.id === id) ?? { n: 0, s: 0 };
  return { n, s };
}

function addUp(plan: ComparisonPlan, byChannel: readonly { arms: KnownArm[] }[]): KnownArm[] {
  return plan.calls.map((id) => {
    let n = 0;
    let s = 0;
    for (const { arms } of byChannel) {
      const arm = armNamed(arms, id);
      n += arm.n;
      s += arm.s;
    }
    return { id, n, s };
  });
}

/** The plan's mix over the channels used, or their exposures where none was registered. */
function standardizedOf(
  plan: ComparisonPlan,
  byChannel: readonly { channel: string; arms: KnownArm[] }[],
): AcrossChannels['standardized'] {
  const raw = byChannel.map(({ channel, arms }) =>
    plan.mix ? (plan.mix[channel] ?? 0) : arms.reduce((sum, { n }) => sum + n, 0),
  );
  const mass = raw.reduce((sum, weight) => sum + weight, 0);
  if (!(mass > 0)) return null;
  const weights = raw.map((weight) => weight / mass);
  const { standardized } = standardize({ strata: byChannel, weights });
  return {
    by: plan.mix ? 'plan' : 'exposures',
    weights: Object.fromEntries(byChannel.map(({ channel }, h) => [channel, weights[h] ?? 0])),
    rates: plan.calls.map((id, index) => ({ id, rate: standardized[index] ?? null })),
  };
}
