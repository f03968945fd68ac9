/** The report of one channel: every call's numbers, the verdict, and what it hangs on (section 4). */

import { type BestArm, bestArm } from './best-arm.ts';
import { bestOfShapes } from './best-of-shapes.ts';
import { betaPosterior, type RatePosterior } from './beta-posterior.ts';
import { type ClusterRate, clusterCompare } from './cluster-compare.ts';
import {
  type CallTally,
  type ChannelTally,
  type ComparisonPlan,
  callsInOrder,
  type SegmentTally,
} from './comparison-input.ts';
import { type Decision, decide, type KnownArm, maturityMin } from './decide.ts';
import { decideSeries } from './decide-series.ts';
import { effectiveShapes } from './effective-shapes.ts';
import { type Guardrail, guardrails } from './guardrails.ts';
import { mantelHaenszel } from './mantel-haenszel.ts';
import { hoursUntilMature, type Maturity, maturity } from './maturity.ts';
import { mde } from './mde.ts';
import { type NextTime, nextTime } from './next-time.ts';
import { pairSequential } from './pair-sequential.ts';
import { type Revenue, revenue } from './revenue.ts';
import { sampleSize } from './sample-size.ts';
import { shrinkAcrossChannels } from './shrink-across-channels.ts';
import { type Srm, srm, srmThreshold } from './srm.ts';
import { stratifiedSequential } from './stratified-sequential.ts';
import type { Waves } from './two-way-rates.ts';

export type CallReport = {
  id: string;
  exposures: number | null;
  human: number;
  all: number;
  machine: number;
  late: number;
  /** conversions by event id less converting units; null when not counted */
  forwarded: number | null;
  /** so far; null without exposures */
  rate: number | null;
  /** 95 % interval of the rate (S1) */
  lo: number | null;
  hi: number | null;
  noData: boolean;
  /** for bets; never a significance. Null where the channel is not compared */
  pBest: number | null;
  relativeLoss: number | null;
  /**
   * This call's rate over the leader's, with its anytime interval at 1 - alphaLive; pooled over
   * waves and without interval where there were several, because their counts must not be added
   * up. `likely` is drawn towards 1 for a declared winner: selection overstates winners.
   */
  toLeader: {
    ratio: number | null;
    lo: number | null;
    hi: number | null;
    p: number;
    likely: number | null;
  } | null;
  revenueOfLeader: Revenue | null;
  posts: ClusterRate | null;
};

export type Verdict = Pick<Decision, 'status' | 'reason' | 'winner' | 'leader'>;

export type ChannelReport = {
  channel: string;
  design: ChannelTally['design'];
  label: string | null;
  verdict: Verdict;
  rivals: Decision['rivals'];
  /** an earlier winner that stands, and whether today's counts still support it */
  standing: { winner: string; reason: string; supported: boolean } | null;
  finalRead: boolean;
  maturity: Maturity;
  /** hours until live claims are allowed and until the window closes; 0 when reached */
  liveInHours: number | null;
  finalReadInHours: number;
  /** `providers`: those at which the split moved; any of them voids the comparison as the whole does */
  srm: (Srm & { flagged: boolean; byWave: boolean; providers: string[] }) | null;
  /** smallest lift these numbers could have shown with 80 % power; null when none */
  visibleLift: number | null;
  /** exposures a call needs to see the smallest lift worth caring about */
  neededPerCall: number | null;
  calls: CallReport[];
  guardrails: Record<string, Guardrail[]>;
  /** the same within every registered segment, each on its own */
  guardrailsBySegment: { segment: string; guardrails: Record<string, Guardrail[]> }[];
  /** the verdict on all clicks and without the recipients behind mail scanners */
  sensitivity: {
    allClicks: Verdict | null;
    withoutGateways: Verdict | null;
    gatewayShare: number | null;
  };
  nextTime: NextTime;
};

/**
 * Everything section 4 asks for one channel; throws StatisticsRefusal for what the plan or S0 does
 * not allow. Cost: 4 ms for 20 calls, 1 ms for two.
 */
export function channelReport(plan: ComparisonPlan, tally: ChannelTally): ChannelReport {
  const calls = callsInOrder(plan, tally);
  const aged = agedWaves(tally, calls);
  const timing = { waves: aged, curve: plan.answerCurve, waitHours: plan.waitHours };
  const reached = maturity(timing);
  const judged = judge(plan, tally, calls, reached.maturity);
  const { verdict, rivals } = judged;
  const split = splitOf(plan, tally, calls);
  const known = knownArms(calls);
  return {
    channel: tally.channel,
    design: tally.design,
    label: tally.label ?? null,
    verdict,
    rivals,
    standing: standingOf(tally, judged.verdict),
    finalRead: tally.finalRead,
    maturity: reached,
    liveInHours: hoursUntilMature(timing, maturityMin),
    finalReadInHours: Math.max(0, plan.windowHours - Math.min(...aged.map((w) => w.ageHours))),
    srm: split,
    visibleLift: known ? visibleLift(plan, known) : null,
    neededPerCall: known ? neededPerCall(plan, known) : null,
    calls: callReports(plan, tally, calls, verdict),
    guardrails: harmOf(calls),
    guardrailsBySegment: (tally.segments ?? []).map(({ name, calls: own }) => ({
      segment: name,
      guardrails: harmOf(own),
    })),
    sensitivity: sensitivityOf(plan, tally, calls, reached.maturity),
    nextTime: nextTime(verdict.reason, tally.finalRead),
  };
}

function agedWaves({ waves, ageHours }: ChannelTally, calls: readonly CallTally[]) {
  if (waves && waves.length > 0) {
    return waves.map(({ arms, ageHours: age }) => ({
      n: arms.reduce((sum, { n }) => sum + n, 0),
      ageHours: age,
    }));
  }
  return [{ n: calls.reduce((sum, { exposures }) => sum + (exposures ?? 1), 0), ageHours }];
}

/** The arms with their exposures, or null where one is unknown. */
function knownArms(calls: readonly CallTally[]): KnownArm[] | null {
  const arms = calls.flatMap(({ id, exposures, human }) =>
    exposures === null ? [] : [{ id, n: exposures, s: human }],
  );
  return arms.length === calls.length ? arms : null;
}

function judge(
  plan: ComparisonPlan,
  tally: ChannelTally,
  calls: readonly CallTally[],
  reached: number,
): { verdict: Verdict; rivals: Decision['rivals'] } {
  const { status, reason, winner, leader, rivals } =
    tally.design === 'switchback' && tally.posts
      ? decideSeries({
          calls: calls.map(({ id }) => ({ id, posts: postsOf(tally, id) })),
          paired: tally.paired,
          alphaFinal: plan.alphaFinal,
          finalRead: tally.finalRead,
        })
      : decideArms(plan, tally, calls, reached);
  return { verdict: { status, reason, winner, leader }, rivals };
}

/** Clicks per impression, or per post where the network leaves out the impressions of any post. */
function postsOf({ posts = [] }: ChannelTally, id: string) {
  const counted = posts.every(({ impressions }) => impressions !== null);
  return posts
    .filter(({ call }) => call === id)
    .map(({ impressions, clicks }) => ({ impressions: counted ? (impressions ?? 1) : 1, clicks }));
}

function decideArms(
  plan: ComparisonPlan,
  tally: ChannelTally,
  calls: readonly CallTally[],
  reached: number,
): Decision {
  // One post each proves nothing, whether or not its views are known.
  if (tally.design === 'observational') {
    return {
      status: 'not_comparable',
      reason: 'not_randomized',
      winner: null,
      leader: null,
      rivals: [],
    };
  }
  const all = calls.flatMap(({ id, exposures, human, all: clicks }) =>
    exposures === null || clicks === undefined
      ? []
      : [{ id, n: exposures, s: Math.max(human, clicks) }],
  );
  const decision = decide({
    design: tally.design,
    arms: calls.map(({ id, exposures, human }) => ({ id, n: exposures, s: human })),
    weights: weightsOf(plan, tally, calls),
    alphaLive: plan.alphaLive,
    alphaFinal: plan.alphaFinal,
    maturity: reached,
    finalRead: tally.finalRead,
    waves: wavesOf(plan, tally, calls),
    allClicks: all.length === calls.length ? all : undefined,
  });
  const moved = decision.status !== 'not_comparable' && splitOf(plan, tally, calls)?.flagged;
  return moved
    ? { status: 'invalid', reason: 'srm', winner: null, leader: null, rivals: [] }
    : decision;
}

/** The plan's weights for the calls shown here; with waves, the exposures each wave had planned. */
function weightsOf(plan: ComparisonPlan, tally: ChannelTally, calls: readonly CallTally[]) {
  const places = calls.map(({ id }) => plan.calls.indexOf(id));
  const { waves, weights: whole = plan.weights } = tally;
  if (!waves || waves.every(({ weights }) => weights === undefined)) {
    return places.map((place) => whole[place] ?? 0);
  }
  return places.map((place) => {
    let planned = 0;
    for (const { arms, weights = whole } of waves) {
      const size = arms.reduce((sum, { n }) => sum + n, 0);
      const mass = weights.reduce((sum, weight) => sum + weight, 0);
      planned += (size * (weights[place] ?? 0)) / mass;
    }
    return planned;
  });
}

function wavesOf(
  plan: ComparisonPlan,
  { waves }: ChannelTally,
  calls: readonly CallTally[],
): Waves | undefined {
  if (!waves || waves.length === 0) return undefined;
  return waves.map(({ arms }) =>
    calls.map(({ id }) => {
      const { n, s } = arms[plan.calls.indexOf(id)] ?? { n: 0, s: 0 };
      return { n, s };
    }),
  );
}

/**
 * Sample ratio mismatch overall, by wave and by mailbox provider, each kind with the whole limit
 * shared over its checks (Bonferroni). The chi-square counts where it holds: 5 expected everywhere.
 */
function splitOf(
  plan: ComparisonPlan,
  tally: ChannelTally,
  calls: readonly CallTally[],
): ChannelReport['srm'] {
  const arms = knownArms(calls);
  if (!arms || arms.length < 2 || tally.design !== 'randomized') return null;
  const weights = weightsOf(plan, tally, calls);
  const places = calls.map(({ id }) => plan.calls.indexOf(id));
  const whole = srm({ observed: arms.map(({ n }) => n), weights });
  const off = (check: Srm, limit: number, isLarge = true) =>
    Math.min(check.sequentialP, tally.finalRead && isLarge ? check.p : 1) < limit;
  const { waves = [], providers = [] } = tally;
  const byWave = waves.some((wave) => {
    const own = places.map((place) => wave.arms[place]?.n ?? 0);
    const planned = places.map(
      (place) => (wave.weights ?? tally.weights ?? plan.weights)[place] ?? 0,
    );
    return off(srm({ observed: own, weights: planned }), srmThreshold / waves.length);
  });
  const moved = providers.flatMap(({ name, exposures, weights: own }) => {
    const observed = places.map((place) => exposures[place] ?? 0);
    const planned = own ? places.map((place) => own[place] ?? 0) : weights;
    const check = srm({ observed, weights: planned });
    const isLarge = leastExpected(observed, planned) >= expectedMin;
    return off(check, srmThreshold / providers.length, isLarge) ? [name] : [];
  });
  const flagged = off(whole, srmThreshold) || byWave || moved.length > 0;
  return { ...whole, flagged, byWave, providers: moved };
}

/** Below it the chi-square distribution is too narrow (Cochran). */
const expectedMin = 5;

function leastExpected(observed: readonly number[], weights: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.min(...weights.flatMap((weight) => (weight > 0 ? [(total * weight) / mass] : [])));
}

function standingOf({ standing }: ChannelTally, now: Verdict): ChannelReport['standing'] {
  if (!standing) return null;
  const contradicted = now.winner !== null && now.winner !== standing.winner;
  const supported =
    !contradicted &&
    now.leader === standing.winner &&
    now.status !== 'invalid' &&
    now.reason !== 'sensitive_to_bot_filter';
  return { winner: standing.winner, reason: standing.reason, supported };
}

/** Lift over the common rate that the smallest arm shows with 80 % power at the final alpha. */
function visibleLift(plan: ComparisonPlan, arms: readonly KnownArm[]): number | null {
  const base = commonRate(arms);
  const n = Math.min(...arms.map((arm) => arm.n));
  if (arms.length < 2 || base === null || n === 0) return null;
  const { p2 } = mde({ n, p1: base, alpha: plan.alphaFinal, power: 0.8 });
  return p2 === null ? null : p2 / base - 1;
}

function neededPerCall(plan: ComparisonPlan, arms: readonly KnownArm[]): number | null {
  const base = commonRate(arms);
  if (base === null) return null;
  const p2 = base * (1 + plan.smallestLift);
  if (p2 >= 1) return null;
  return Math.ceil(sampleSize({ p1: base, p2, alpha: plan.alphaFinal, power: 0.8 }).n);
}

function commonRate(arms: readonly KnownArm[]): number | null {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  const s = arms.reduce((sum, arm) => sum + arm.s, 0);
  return s === 0 || s === n ? null : s / n;
}

function callReports(
  plan: ComparisonPlan,
  tally: ChannelTally,
  calls: readonly CallTally[],
  verdict: Verdict,
): CallReport[] {
  const compared = verdict.status !== 'not_comparable' && verdict.status !== 'invalid';
  const known = knownArms(calls);
  const randomized = tally.design === 'randomized';
  const waves = wavesOf(plan, tally, calls);
  const best = compared && randomized && known ? bestOf(plan, known, waves) : null;
  const rates = betaPosterior({
    prior: plan.prior,
    arms: calls.map(({ exposures, human }) => ({ n: exposures ?? human, s: human })),
  }).arms;
  const top = Math.max(...rates.map(({ mean }) => mean));
  const leader = calls.find(({ id }) => id === verdict.leader);
  return calls.map((call, index) => {
    const loss = best?.expectedLoss[index];
    const rival = compared && randomized && leader && leader !== call ? leader : null;
    return {
      ...countsOf(call),
      ...rateOf(call, rates[index]),
      pBest: best?.pBest[index] ?? null,
      relativeLoss: loss === undefined ? null : loss / top,
      toLeader: rival ? toLeaderOf(plan, calls, waves, call, rival, verdict.winner !== null) : null,
      revenueOfLeader: rival ? revenueOf(plan, tally, rival, call) : null,
      posts: tally.posts ? clusterCompare({ a: postsOf(tally, call.id), b: [] }).a : null,
    };
  });
}

function countsOf({ id, exposures, human, all = human, late = 0, events }: CallTally) {
  return {
    id,
    exposures,
    human,
    all: Math.max(all, human),
    machine: Math.max(0, all - human),
    late,
    forwarded: events === undefined ? null : events - human,
  };
}

/** Without exposures there is a count and no rate. */
function rateOf({ exposures, human }: CallTally, posterior: RatePosterior | undefined) {
  if (exposures === null || !posterior) return { rate: null, lo: null, hi: null, noData: false };
  const { lo, hi } = posterior;
  return { rate: exposures === 0 ? null : human / exposures, lo, hi, noData: exposures === 0 };
}

/** Sd of ln ratios between calls before anything is seen (S15). */
const priorSd = 0.1;

function toLeaderOf(
  plan: ComparisonPlan,
  calls: readonly CallTally[],
  waves: Waves | undefined,
  call: CallTally,
  leader: CallTally,
  declared: boolean,
): CallReport['toLeader'] {
  const i = { n: call.exposures ?? 0, s: call.human };
  const j = { n: leader.exposures ?? 0, s: leader.human };
  const strata = (waves ?? [[]]).map((wave) => ({
    a: wave[calls.indexOf(leader)] ?? j,
    b: wave[calls.indexOf(call)] ?? i,
  }));
  const { mu, muSe } = shrinkAcrossChannels({ strata });
  const weight = priorSd ** 2 / (priorSd ** 2 + (muSe ?? Number.POSITIVE_INFINITY) ** 2);
  const likely = declared ? Math.exp(weight * (mu ?? 0)) : null;
  if (waves && waves.length > 1) {
    const { riskRatio } = mantelHaenszel({ strata });
    const { p } = stratifiedSequential({ strata: strata.map(({ a, b }) => ({ i: b, j: a })) });
    return { ratio: riskRatio, lo: null, hi: null, p, likely };
  }
  const { p, ratioLo, ratioHi } = pairSequential({ i, j, alpha: plan.alphaLive });
  const ratio = j.s === 0 || i.n === 0 ? null : (i.s / i.n) * (j.n / j.s);
  return { ratio, lo: ratioLo, hi: ratioHi, p, likely };
}

/** By the registered prior, or on wave-stratified rates where there were several waves (S5b). */
function bestOf(
  plan: ComparisonPlan,
  arms: readonly KnownArm[],
  waves: Waves | undefined,
): BestArm {
  if (!waves || waves.length < 2) return bestArm({ prior: plan.prior, arms });
  return bestOfShapes(effectiveShapes(waves));
}

function revenueOf(
  plan: ComparisonPlan,
  tally: ChannelTally,
  leader: CallTally,
  rival: CallTally,
): Revenue | null {
  if (!leader.value || !rival.value) return null;
  return revenue({
    leader: leader.value,
    rival: rival.value,
    alphaLive: plan.alphaLive,
    alphaFinal: plan.alphaFinal,
    nStar: plan.plannedPair ?? leader.value.n + rival.value.n,
    finalRead: tally.finalRead,
  });
}

function harmOf(calls: SegmentTally['calls']): Record<string, Guardrail[]> {
  const kinds = [...new Set(calls.flatMap(({ harm }) => Object.keys(harm ?? {})))].sort();
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      guardrails({
        arms: calls.flatMap(({ id, exposures, harm }) => {
          const own = harm?.[kind] ?? 0;
          if (typeof own !== 'number') return [{ id, n: own.n, s: own.s }];
          return exposures === null ? [] : [{ id, n: exposures, s: own }];
        }),
      }).arms,
    ]),
  );
}

function sensitivityOf(
  plan: ComparisonPlan,
  tally: ChannelTally,
  calls: readonly CallTally[],
  reached: number,
): ChannelReport['sensitivity'] {
  const on = (arms: readonly KnownArm[]): Verdict => {
    const { status, reason, winner, leader } = decide({
      design: tally.design,
      arms,
      weights: arms.map(({ n }) => n || 1),
      alphaLive: plan.alphaLive,
      alphaFinal: plan.alphaFinal,
      maturity: reached,
      finalRead: tally.finalRead,
    });
    return { status, reason, winner, leader };
  };
  const all = calls.flatMap(({ id, exposures, human, all: clicks }) =>
    exposures === null || clicks === undefined
      ? []
      : [{ id, n: exposures, s: Math.max(human, clicks) }],
  );
  const { withoutGateways, design } = tally;
  const byPosts = design === 'switchback';
  const exposed = calls.reduce((sum, { exposures }) => sum + (exposures ?? 0), 0);
  const outside = withoutGateways?.reduce((sum, { n }) => sum + n, 0);
  return {
    allClicks: !byPosts && all.length === calls.length ? on(all) : null,
    withoutGateways: withoutGateways && !byPosts ? on(withoutGateways) : null,
    gatewayShare: outside === undefined || exposed === 0 ? null : 1 - outside / exposed,
  };
}
