// From counts to what the statistics take: the plan as registered, and one tally a channel.

import { burstCost } from '#domain/cost.ts';
import { quantaMax } from '#domain/fold-facts.ts';
import { armRow, type Counter, countOf, waveRow } from '#domain/tally.ts';
import type {
  CallTally,
  ChannelTally,
  ComparisonInput,
  ComparisonPlan,
  WaveTally,
} from '#statistics/comparison-input.ts';
import { linkName } from '#store/link-tables.ts';
import { harmOf, partsOf } from './parts-of.ts';
import type { ReportBasis } from './report-basis.ts';
import { linksOf, type ReportGroup } from './report-groups.ts';

const HOUR_MS = 3_600_000;

/** Counts of one call on one group. */
export type Count = (counter: Counter) => number;

export function countsOf({ tally }: ReportBasis, group: ReportGroup, call: string): Count {
  const links = linksOf(group, call);
  return (counter) => links.reduce((sum, link) => sum + countOf(tally, link, counter), 0);
}

export function comparisonInput(
  basis: ReportBasis,
  groups: readonly ReportGroup[],
): ComparisonInput {
  const plan = planOf(basis, groups);
  const holdout = holdoutOf(basis);
  return {
    plan,
    channels: groups.map((group) => channelTally(basis, plan, group)),
    ...(holdout ? { holdout } : {}),
  };
}

/**
 * Everybody whom chance gave a message against everybody whom it held back, delivered or not; by
 * conversions that were reported by person, which are seen alike in both. Undefined without any.
 */
function holdoutOf({ holdout, tally }: ReportBasis): ComparisonInput['holdout'] {
  const treated = countOf(tally, armRow('treated'), 'converting');
  const heldOut = countOf(tally, armRow('held_out'), 'converting');
  if (!holdout || treated + heldOut === 0) return undefined;
  return {
    treated: { n: holdout.treated, s: Math.min(treated, holdout.treated) },
    holdout: { n: holdout.heldOut, s: Math.min(heldOut, holdout.heldOut) },
  };
}

/** The calls that any group shows, in the plan's order. */
function planOf({ frame, answerCurve }: ReportBasis, groups: readonly ReportGroup[]) {
  const { metric, alphaLive, alphaFinal, windowMs, waitMs, prior, smallestLift, ...rest } =
    frame.registration;
  const shown = new Set(groups.flatMap(({ shares }) => shares.map(({ call }) => call)));
  const calls = frame.calls.map(({ name }) => name).filter((name) => shown.has(name));
  const plan: ComparisonPlan = {
    metric,
    calls,
    alphaLive,
    alphaFinal,
    windowHours: windowMs / HOUR_MS,
    waitHours: waitMs / HOUR_MS,
    prior,
    weights: calls.map(() => 1),
    smallestLift,
    atFinalRead: rest.atFinalRead,
    ...(rest.valueCap === undefined ? {} : { valueCap: rest.valueCap }),
    ...(answerCurve === undefined ? {} : { answerCurve }),
    ...(rest.mix
      ? { mix: Object.fromEntries(rest.mix.map(({ leg, weight }) => [leg, weight])) }
      : {}),
  };
  return plan;
}

function channelTally(basis: ReportBasis, plan: ComparisonPlan, group: ReportGroup): ChannelTally {
  const { now, burst, finalRead } = basis;
  const calls = group.shares.map(({ call }) => callTally(basis, group, call));
  const startAt = (burst.momentAt ?? now) + group.offsetMs;
  const standing = basis.declared.find(({ channel }) => channel === group.name);
  const weightOf = (call: string) => group.shares.find((one) => one.call === call)?.weight ?? 0;
  const cost = costOf(basis, group);
  const waves = wavesOf(basis, plan, group);
  return {
    channel: group.name,
    metric: basis.frame.registration.metric,
    design: DESIGNS[group.design] ?? (group.kind === 'email' ? 'randomized' : 'observational'),
    label: labelOf(group),
    calls,
    weights: plan.calls.map(weightOf),
    ageHours: Math.max(0, now - startAt) / HOUR_MS,
    finalRead,
    ...(standing ? { standing: { winner: standing.winner, reason: standing.reason } } : {}),
    ...(group.design === 'series' ? { posts: postsOf(basis, group), paired: group.paired } : {}),
    ...(waves ? { waves } : {}),
    ...partsOf(basis, plan, group),
    ...(group.kind === 'email' ? { withoutGateways: withoutGateways(basis, group, calls) } : {}),
    ...(cost === undefined ? {} : { cost }),
  };
}

const DESIGNS: { readonly [design: string]: ChannelTally['design'] | undefined } = {
  randomised: 'randomized',
  after_the_click: 'randomized',
  series: 'switchback',
};

/** As a report names it. */
export function labelOf({ design }: ReportGroup): string {
  if (design === 'after_the_click') return 'randomised after the click';
  return design === 'one_call' ? 'observational' : 'randomised';
}

function callTally(basis: ReportBasis, group: ReportGroup, call: string): CallTally {
  const count = countsOf(basis, group, call);
  const isClick = basis.frame.registration.metric === 'click';
  const human = count(isClick ? 'uniqueHuman' : 'converting');
  const late = count(isClick ? 'lateClicks' : 'lateConversions');
  const exposures = exposuresOf(basis, group, call);
  const value = cappedValue(basis, count, exposures);
  return {
    id: call,
    exposures,
    human,
    late,
    ...(isClick ? { all: Math.max(human, count('uniqueAll')) } : {}),
    ...(isClick
      ? {}
      : { events: Math.max(human, count('conversions') - count('lateConversions')) }),
    money: count('value'),
    ...(value ? { value } : {}),
    ...(group.kind === 'email' && exposures !== null ? { harm: harmOf(exposures, count) } : {}),
  };
}

/**
 * Recipients with a proven chance to see the call; visitors whom chance sent to it; views where the
 * network counts them. Null where nobody can know: not zero.
 */
export function exposuresOf(basis: ReportBasis, group: ReportGroup, call: string): number | null {
  const count = countsOf(basis, group, call);
  if (group.kind === 'email') {
    // Without one delivery event there is no exposure to speak of, however many clicked.
    const delivered = group.shares.some(
      (share) => countsOf(basis, group, share.call)('delivered') > 0,
    );
    return delivered ? count('exposed') : null;
  }
  if (group.design === 'after_the_click') {
    const isConversion = basis.frame.registration.metric === 'conversion';
    return isConversion ? Math.max(count('uniqueHuman'), count('converting')) : null;
  }
  if (group.design !== 'series') return null;
  const posts = postsOf(basis, group).filter((post) => post.call === call);
  if (posts.some(({ impressions, clicks }) => impressions === null || impressions < clicks)) {
    return null;
  }
  return posts.reduce((sum, { impressions }) => sum + (impressions ?? 0), 0);
}

/** Posts that stand, in the order of their slots. */
function postsOf(basis: ReportBasis, group: ReportGroup) {
  const { frame, burst, native, tally } = basis;
  const answer = frame.registration.metric === 'click' ? 'uniqueHuman' : 'converting';
  return group.legs.flatMap((leg) => {
    const state = burst.legs.find(({ name }) => name === leg)?.state;
    const share = frame.legs.find(({ name }) => name === leg)?.shares[0];
    if (state !== 'published' || !share) return [];
    const views = native[leg]?.metrics.impressions;
    const impressions = typeof views === 'number' ? views : null;
    return [
      { call: share.call, impressions, clicks: countOf(tally, linkName(leg, share.call), answer) },
    ];
  });
}

function cappedValue({ frame }: ReportBasis, count: Count, exposures: number | null) {
  const { valueCap } = frame.registration;
  if (valueCap === undefined || exposures === null) return undefined;
  const step = valueCap / quantaMax;
  return {
    n: exposures,
    sum: count('quanta') * step,
    sumSq: count('quantaSquares') * step * step,
    buyers: count('buyers'),
  };
}

/** The same counts without the recipients whose message a mail scanner opened. */
function withoutGateways(basis: ReportBasis, group: ReportGroup, calls: readonly CallTally[]) {
  return calls.map(({ id, exposures, human }) => {
    const count = countsOf(basis, group, id);
    const n = Math.max(0, (exposures ?? 0) - count('scanned'));
    return { id, n, s: Math.min(n, Math.max(0, human - count('scannedAnswers'))) };
  });
}

/** Per wave, where a leg left in several: when it left, its allocation, its counts. */
function wavesOf(
  { waves, tally, frame, now }: ReportBasis,
  plan: ComparisonPlan,
  group: ReportGroup,
): WaveTally[] | undefined {
  const [leg] = group.legs;
  const own = waves.find((one) => one.leg === leg)?.waves ?? [];
  const left = own.flatMap((wave, index) => (wave.allocation ? [{ ...wave, index }] : []));
  if (group.kind !== 'email' || leg === undefined || left.length < 2) return undefined;
  const answer = frame.registration.metric === 'click' ? 'uniqueHuman' : 'converting';
  return left.map(({ startAt, allocation, index }) => {
    const weightOf = (call: string) => allocation?.find((one) => one.call === call)?.weight ?? 0;
    const arms = plan.calls.map((call) => {
      const row = waveRow(linkName(leg, call), index);
      return { n: countOf(tally, row, 'exposed'), s: countOf(tally, row, answer) };
    });
    const ageHours = Math.max(0, now - (startAt ?? now)) / HOUR_MS;
    return { ageHours, arms, weights: plan.calls.map(weightOf) };
  });
}

const EVENTS_PER_EMAIL = 3;
const SEND_RATE = 100;

/** What the channel cost in US cents, at list price; undefined while nothing was sent. */
function costOf({ sent }: ReportBasis, group: ReportGroup): number | undefined {
  const counts = group.shares.flatMap(({ call }) =>
    linksOf(group, call).flatMap((link) => sent?.[link] ?? []),
  );
  const recipients = counts.reduce((sum, { accepted }) => sum + accepted, 0);
  if (group.kind !== 'email' || recipients === 0) return undefined;
  const lines = burstCost({
    recipients,
    perSecond: SEND_RATE,
    plan: 'a_la_carte',
    eventsPerEmail: EVENTS_PER_EMAIL,
    clicks: 0,
    posts: [],
  });
  return Math.round(lines.reduce((sum, { usd }) => sum + usd, 0) * 10_000) / 100;
}
