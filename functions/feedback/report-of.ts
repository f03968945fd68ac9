// The report of a burst from its basis: pure, so that an export gives the same bytes anywhere.

import { CLICK_RULES_VERSION } from '#domain/human-click.ts';
import { delayEnds, delayRow } from '#domain/tally.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';
import { type ComparisonReport, comparison, type RefusedChannel } from '#statistics/comparison.ts';
import type { ComparisonInput } from '#statistics/comparison-input.ts';
import { effectiveShapes } from '#statistics/effective-shapes.ts';
import { StatisticsRefusal } from '#statistics/refusal.ts';
import { reportJson } from '#statistics/report-json.ts';
import { wilson } from '#statistics/wilson.ts';
import { type Count, comparisonInput, countsOf, exposuresOf, labelOf } from './comparison-of.ts';
import { type GoalReport, goalOf } from './goal-of.ts';
import { type NativeGroups, nativeGroups } from './native-groups.ts';
import type { ReportBasis } from './report-basis.ts';
import { groupsOf, linksOf, type ReportGroup } from './report-groups.ts';
import { type Answer, sayAnswer } from './say-answer.ts';
import { type BetReport, betsOf } from './say-bet.ts';
import { sayHarm } from './say-harm.ts';
import { type HoldoutReport, sayHoldout } from './say-holdout.ts';
import { type Said, sayVerdict } from './say-verdict.ts';
import { isOver, postsToCome } from './what-is-compared.ts';

export interface CallReport {
  readonly call: string;
  readonly say: string;
  /** From the ledger; null for a post, and for a large list while it is being sent. */
  readonly recipients: number | null;
  readonly accepted: number | null;
  readonly refused: number | null;
  readonly inDoubt: number | null;
  readonly unproven: number | null;
  readonly heldBack: number | null;
  /** From the channel's events; null for a post. */
  readonly delivered: number | null;
  readonly bounced: number | null;
  readonly complained: number | null;
  readonly unsubscribed: number | null;
  /** Shown; never decides. */
  readonly opened: number | null;
  /** People with a proven chance to see the call; null where nobody can know it. */
  readonly exposed: number | null;
  readonly humanClicks: number;
  readonly machineClicks: number;
  readonly uniqueClicks: number;
  /** The same with machines: what the count would be without the rules. */
  readonly uniqueClicksAll: number;
  /** Recipients or visitors who converted: these decide. */
  readonly converting: number;
  readonly conversions: number;
  /** Minor units. */
  readonly value: number;
  readonly lateClicks: number;
  readonly lateConversions: number;
  /**
   * Answers per exposure by the decision metric, with its 95 % interval; where the split changed
   * between waves, as if every call had gone out in the same waves (statistics S5b).
   */
  readonly rate: { readonly of: number; readonly lo: number; readonly hi: number } | null;
  readonly isLevelled: boolean;
  /** First answers so many milliseconds after the release, added up. */
  readonly curve: readonly { readonly afterMs: number; readonly answers: number }[];
}

export interface Verdict {
  readonly status:
    | 'winner'
    | 'leading'
    | 'no_clear_winner'
    | 'not_comparable'
    | 'invalid'
    | 'refused';
  readonly reason: string;
  readonly winner: string | null;
  /** Who is ahead by the counts, whatever that is worth. */
  readonly leader: string | null;
  /** The leader's rate over each rival's, with an interval that is right at every look. */
  readonly rivals: readonly {
    readonly call: string;
    readonly p: number;
    readonly ratioLo: number | null;
    /** Null: no upper bound yet. */
    readonly ratioHi: number | null;
  }[];
  /** Of a winner that was declared: when, and whether later answers still support it. */
  readonly declaredAt: number | null;
  readonly supported: boolean;
  /** When the next answer is due; null when there is none to come. */
  readonly dueAt: number | null;
  readonly words: Said;
}

export interface LegReport {
  /** A leg, a series, or a channel with a post per call. */
  readonly leg: string;
  readonly channel: string;
  readonly design: string;
  readonly state: string;
  readonly calls: readonly CallReport[];
  readonly verdict: Verdict;
  readonly native: NativeGroups | null;
  /** There is no call in it: thanks, for instance. */
  readonly asksNothing: boolean;
  /** Later waves that followed what earlier ones answered. */
  readonly bets: readonly BetReport[];
  /** Calls that drive more people away than chance explains, each kind and each segment alone. */
  readonly harm: readonly string[];
}

export interface BurstReport {
  readonly burst: string;
  readonly campaign: string;
  readonly state: string;
  readonly zone: string;
  readonly contentHash: string;
  readonly momentAt: number | null;
  readonly asOf: number;
  /** This is the one registered read, on a snapshot. */
  readonly finalRead: boolean;
  /** What decides: the first of it per recipient, human only. */
  readonly metric: 'conversion' | 'click';
  readonly countedUntil: number;
  readonly clickRulesVersion: number;
  /** How visitors of posts are told apart. */
  readonly visitorMethod: 'network_agent_day';
  /** Which call worked best, on which channel, how sure: in words. */
  readonly answer: Answer;
  readonly legs: readonly LegReport[];
  readonly goal: GoalReport | null;
  /** What the messages brought at all; null where chance held nobody back. */
  readonly holdout: HoldoutReport | null;
  readonly registration: ReportBasis['frame']['registration'];
  /** When recipients were last looked through by provider and segment, and how many of them. */
  readonly parts: {
    readonly asOf: number;
    readonly looked: number;
    readonly recipients: number;
  } | null;
  /** The statistics' whole report, with the counts and the plan it was computed from. */
  readonly comparison: ComparisonReport | { readonly refused: RefusedChannel['refused'] };
}

/** Values as JSON has them, keys sorted: the same basis gives the same bytes. */
export function reportOf(basis: ReportBasis): BurstReport {
  const groups = groupsOf(basis);
  const input = comparisonInput(basis, groups);
  const compared = compareOrRefuse(input);
  const { frame, burst } = basis;
  const legs = groups.map((group) => legReport(basis, group, compared, input));
  const report: BurstReport = {
    burst: burst.id,
    campaign: frame.campaign,
    state: burst.state,
    zone: burst.zone,
    contentHash: burst.contentHash,
    momentAt: burst.momentAt ?? null,
    asOf: basis.now,
    finalRead: basis.finalRead,
    metric: frame.registration.metric,
    countedUntil: countedUntil(basis),
    clickRulesVersion: CLICK_RULES_VERSION,
    visitorMethod: 'network_agent_day',
    answer: sayAnswer({ legs, compared, calls: frame.calls, registration: frame.registration }),
    legs,
    goal: goalOf(basis, groups),
    holdout: sayHoldout(basis, compared),
    registration: frame.registration,
    parts: partsOf(basis),
    comparison: compared,
  };
  return JSON.parse(reportJson(report)) as BurstReport;
}

function partsOf({ parts }: ReportBasis): BurstReport['parts'] {
  if (!parts) return null;
  const { countedAt, looked, recipients } = parts;
  return { asOf: countedAt, looked, recipients };
}

function sayOf({ frame }: ReportBasis): (call: string) => string {
  return (call) => frame.calls.find(({ name }) => name === call)?.say ?? call;
}

function countedUntil({ burst, frame }: ReportBasis): number {
  return (burst.momentAt ?? 0) + frame.registration.windowMs;
}

/** A plan that cannot be followed refuses the comparison; counts are shown all the same. */
function compareOrRefuse(input: ComparisonInput): BurstReport['comparison'] {
  try {
    return comparison(input);
  } catch (error) {
    if (!(error instanceof StatisticsRefusal)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}

function legReport(
  basis: ReportBasis,
  group: ReportGroup,
  compared: BurstReport['comparison'],
  input: ComparisonInput,
): LegReport {
  const states = group.legs.map(
    (leg) => basis.burst.legs.find(({ name }) => name === leg)?.state ?? 'planned',
  );
  const levelled = levelledExposures(input, group);
  const calls = group.shares.map(({ call }) => callReport(basis, group, call, levelled?.get(call)));
  const own =
    'refused' in compared
      ? compared
      : compared.channels.find(({ channel }) => channel === group.name);
  return {
    leg: group.name,
    channel: group.channel,
    design: labelOf(group),
    state: states.every((state) => state === states[0]) ? (states[0] ?? 'planned') : 'mixed',
    calls,
    verdict: verdictOf(basis, group, calls, own),
    native: nativeGroups(basis, group),
    asksNothing: group.asksNothing,
    bets: betsOf(basis, group),
    harm: own && !('refused' in own) ? sayHarm(own, sayOf(basis)) : [],
  };
}

/** By call: how many exposures its answers are worth in evenly split waves; undefined without waves. */
function levelledExposures(
  { plan, channels }: ComparisonInput,
  group: ReportGroup,
): ReadonlyMap<string, number> | undefined {
  const { waves } = channels.find(({ channel }) => channel === group.name) ?? {};
  if (!waves) return undefined;
  const shapes = effectiveShapes(waves.map(({ arms }) => arms.map(({ n, s }) => ({ n, s }))));
  // The posterior is Beta(1 + answers, 1 + exposures without an answer).
  return new Map(plan.calls.map((call, place) => [call, shapeSize(shapes[place])]));
}

function shapeSize(shape: { readonly a: number; readonly b: number } | undefined): number {
  return shape ? Math.round(shape.a + shape.b - 2) : 0;
}

function callReport(
  basis: ReportBasis,
  group: ReportGroup,
  call: string,
  levelled: number | undefined,
): CallReport {
  const { frame, sent } = basis;
  const count = countsOf(basis, group, call);
  const isEmail = group.kind === 'email';
  const exposed = exposuresOf(basis, group, call);
  const isClick = frame.registration.metric === 'click';
  const answers = isClick ? count('uniqueHuman') : count('converting');
  const own = sent?.[linksOf(group, call)[0] ?? ''];
  const fromLedger = (
    pick: 'recipients' | 'accepted' | 'refused' | 'inDoubt' | 'unproven' | 'heldBack',
  ) => (isEmail ? (own?.[pick] ?? null) : null);
  return {
    call,
    say: sayOf(basis)(call),
    recipients: fromLedger('recipients'),
    accepted: fromLedger('accepted'),
    refused: fromLedger('refused'),
    inDoubt: fromLedger('inDoubt'),
    unproven: fromLedger('unproven'),
    heldBack: fromLedger('heldBack'),
    delivered: isEmail ? count('delivered') : null,
    bounced: isEmail ? count('bounced') : null,
    complained: isEmail ? count('complained') : null,
    unsubscribed: isEmail ? count('unsubscribed') : null,
    opened: isEmail ? count('opened') : null,
    exposed,
    ...clicksOf(count),
    rate: exposed === null ? null : rateOf(answers, levelled ?? exposed),
    isLevelled: levelled !== undefined,
    curve: curveOf(basis, linksOf(group, call)),
  };
}

function clicksOf(count: Count) {
  return {
    humanClicks: count('humanClicks'),
    machineClicks: count('machineClicks'),
    uniqueClicks: count('uniqueHuman'),
    uniqueClicksAll: count('uniqueAll'),
    converting: count('converting'),
    conversions: count('conversions'),
    value: count('value'),
    lateClicks: count('lateClicks'),
    lateConversions: count('lateConversions'),
  };
}

function rateOf(answers: number, exposed: number): CallReport['rate'] {
  // More answers than exposures are refused by the statistics; here there is no rate to show.
  if (answers > exposed) return null;
  const { lo, hi } = wilson({ n: exposed, s: answers, level: 0.95 });
  return { of: exposed === 0 ? 0 : answers / exposed, lo, hi };
}

function curveOf({ tally }: ReportBasis, links: readonly string[]): CallReport['curve'] {
  const rows = links.map((link) => tally[delayRow(link)] ?? []);
  const places = Math.max(0, ...rows.map(({ length }) => length));
  let answers = 0;
  return Array.from({ length: Math.min(places, delayEnds.length) }, (_, place) => {
    answers += rows.reduce((sum, row) => sum + (row[place] ?? 0), 0);
    return { afterMs: delayEnds[place] ?? 0, answers };
  });
}

function verdictOf(
  basis: ReportBasis,
  group: ReportGroup,
  calls: readonly CallReport[],
  own: ChannelReport | RefusedChannel | { refused: RefusedChannel['refused'] } | undefined,
): Verdict {
  const none = {
    winner: null,
    leader: null,
    rivals: [],
    declaredAt: null,
    supported: true,
    dueAt: null,
  };
  if (!own || 'refused' in own) {
    const bare = {
      ...none,
      status: 'refused' as const,
      reason: own?.refused.code ?? 'unknown_call',
    };
    return {
      ...bare,
      words: sayVerdict({ basis, group, calls, verdict: bare, report: undefined }),
    };
  }
  const { standing, verdict } = own;
  const declared = basis.declared.find(({ channel }) => channel === group.name);
  const bare = {
    ...(standing
      ? { status: 'winner' as const, reason: standing.reason, winner: standing.winner }
      : { status: verdict.status, reason: verdict.reason, winner: verdict.winner }),
    leader: verdict.leader,
    rivals: rivalsOf(own),
    declaredAt: declared?.at ?? null,
    supported: standing?.supported ?? true,
    dueAt: standing ? null : dueAtOf({ basis, group }, own),
  };
  return { ...bare, words: sayVerdict({ basis, group, calls, verdict: bare, report: own }) };
}

/** The statistics have each call over the leader; people ask how far the leader is ahead. */
function rivalsOf({ calls }: ChannelReport): Verdict['rivals'] {
  return calls.flatMap(({ id, toLeader }) => {
    if (!toLeader) return [];
    const { p, lo, hi } = toLeader;
    const ratioLo = hi === null || !Number.isFinite(hi) ? (hi === null ? null : 0) : 1 / hi;
    return [{ call: id, p, ratioLo, ratioHi: lo === null || lo === 0 ? null : 1 / lo }];
  });
}

const HOUR_MS = 3_600_000;

/** When live claims are allowed, then when the window ends; nothing is due where nothing compares. */
function dueAtOf(
  one: { readonly basis: ReportBasis; readonly group: ReportGroup },
  own: ChannelReport,
): number | null {
  const { now, burst } = one.basis;
  const { status } = own.verdict;
  if (burst.momentAt === undefined || isOver(one)) return null;
  if (status === 'not_comparable' && postsToCome(one) === 0) return null;
  if (status === 'winner' || status === 'invalid') return null;
  const finalAt = now + own.finalReadInHours * HOUR_MS;
  const liveAt = own.liveInHours === null ? finalAt : now + own.liveInHours * HOUR_MS;
  return Math.round(liveAt > now ? Math.min(liveAt, finalAt) : finalAt);
}
