// The report of a burst: per leg and call what was sent and what came back, and what may be said.

import type { Burst } from '#domain/burst.ts';
import { CLICK_RULES_VERSION } from '#domain/human-click.ts';
import type { Table } from '#domain/ports.ts';
import { countOf, sumTallies, type Tally } from '#domain/tally.ts';
import { wilson } from '#statistics/wilson.ts';
import { linkName } from '#store/link-tables.ts';
import { type Frame, loadTallies, type Sent } from '#store/tallies.ts';
import { foldRuleOf, frameFor } from './burst-frames.ts';
import { countSent } from './count-sent.ts';
import { judge, type Verdict } from './judge.ts';

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
  /** Answers per exposure by the decision metric, with its 95 % interval. */
  readonly rate: { readonly of: number; readonly lo: number; readonly hi: number } | null;
}

export interface LegReport {
  readonly leg: string;
  readonly channel: string;
  readonly design: 'randomised' | 'observational';
  readonly state: string;
  readonly calls: readonly CallReport[];
  readonly verdict: Verdict;
}

export interface BurstReport {
  readonly burst: string;
  readonly campaign: string;
  readonly state: string;
  readonly contentHash: string;
  readonly momentAt: number | null;
  /** What decides: the first of it per recipient, human only. */
  readonly metric: 'conversion' | 'click';
  readonly countedUntil: number;
  readonly clickRulesVersion: number;
  /** How visitors of posts are told apart. */
  readonly visitorMethod: 'network_agent_day';
  readonly legs: readonly LegReport[];
}

/** Lists up to this size are counted from the ledger while no count is kept yet. */
const COUNT_NOW_MAX = 20_000;

/**
 * One strong query over three small items, whatever the size of the list; while a burst is being
 * sent and for lists of at most 20,000 recipients the ledger is counted as well.
 * @param now milliseconds since 1970; decides what is due and nothing else
 */
export async function buildReport(table: Table, burst: Burst, now: number): Promise<BurstReport> {
  const tallies = await loadTallies(table, burst.id);
  const frame = await frameFor(table, burst, 'made', tallies.frame);
  const sent = tallies.sent?.byLink ?? (await sentSoFar(table, burst));
  const { o, v } = tallies.counted?.roots ?? {};
  const tally = sumTallies([o?.tally ?? {}, v?.tally ?? {}]);
  const { countedUntil } = foldRuleOf(burst, frame);
  return {
    burst: burst.id,
    campaign: frame.campaign,
    state: burst.state,
    contentHash: burst.contentHash,
    momentAt: burst.momentAt ?? null,
    metric: frame.registration.metric,
    countedUntil,
    clickRulesVersion: CLICK_RULES_VERSION,
    visitorMethod: 'network_agent_day',
    legs: frame.legs.map((leg) => legReport({ burst, frame, tally, sent, now }, leg)),
  };
}

async function sentSoFar(table: Table, burst: Burst): Promise<Sent['byLink'] | undefined> {
  const { committedEpoch, recipients = 0 } = burst;
  if (committedEpoch === undefined || recipients > COUNT_NOW_MAX) return undefined;
  return countSent(table, burst);
}

interface Basis {
  readonly burst: Burst;
  readonly frame: Frame;
  readonly tally: Tally;
  readonly sent: Sent['byLink'] | undefined;
  readonly now: number;
}

function legReport(basis: Basis, leg: Frame['legs'][number]): LegReport {
  const { burst, frame } = basis;
  const shares = leg.shares.filter((share) => share.weight > 0);
  const isRandomised = leg.kind === 'email' && shares.length > 1;
  const calls = shares.map(({ call }) => callReport(basis, leg, call));
  return {
    leg: leg.name,
    channel: leg.channel,
    design: isRandomised ? 'randomised' : 'observational',
    state: burst.legs.find((one) => one.name === leg.name)?.state ?? 'planned',
    calls,
    verdict: judge({
      isRandomised,
      calls,
      weights: shares.map((share) => share.weight),
      comparison: frame.registration,
      sinceMs: basis.now - (burst.momentAt ?? basis.now),
    }),
  };
}

function callReport(basis: Basis, leg: Frame['legs'][number], call: string): CallReport {
  const { frame, tally, sent } = basis;
  const link = linkName(leg.name, call);
  const own = sent?.[link];
  const count = (counter: Parameters<typeof countOf>[2]) => countOf(tally, link, counter);
  const isEmail = leg.kind === 'email';
  // Without one delivery event there is no exposure to speak of, however many clicked.
  const exposed = isEmail && count('delivered') > 0 ? count('exposed') : null;
  const answers =
    frame.registration.metric === 'click' ? count('uniqueHuman') : count('converting');
  const fromLedger = (
    pick: 'recipients' | 'accepted' | 'refused' | 'inDoubt' | 'unproven' | 'heldBack',
  ) => (isEmail ? (own?.[pick] ?? null) : null);
  return {
    call,
    say: frame.calls.find((one) => one.name === call)?.say ?? call,
    recipients: fromLedger('recipients'),
    accepted: fromLedger('accepted'),
    refused: fromLedger('refused'),
    inDoubt: fromLedger('inDoubt'),
    unproven: fromLedger('unproven'),
    heldBack: fromLedger('heldBack'),
    delivered: isEmail ? count('delivered') : null,
    bounced: isEmail ? count('bounced') : null,
    complained: isEmail ? count('complained') : null,
    opened: isEmail ? count('opened') : null,
    exposed,
    humanClicks: count('humanClicks'),
    machineClicks: count('machineClicks'),
    uniqueClicks: count('uniqueHuman'),
    uniqueClicksAll: count('uniqueAll'),
    converting: count('converting'),
    conversions: count('conversions'),
    value: count('value'),
    lateClicks: count('lateClicks'),
    lateConversions: count('lateConversions'),
    rate: exposed === null ? null : rateOf(answers, exposed),
  };
}

function rateOf(answers: number, exposed: number): CallReport['rate'] {
  const { lo, hi } = wilson({ n: exposed, s: answers, level: 0.95 });
  return { of: exposed === 0 ? 0 : answers / exposed, lo, hi };
}
