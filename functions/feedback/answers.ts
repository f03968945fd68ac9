// When an answer may be given: winners are declared once, the final read is taken once, and whoever
// waits for an answer is told when it is there.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { delayEnds, delayRow } from '#domain/tally.ts';
import { version } from '#statistics/comparison.ts';
import type { ChannelTally } from '#statistics/comparison-input.ts';
import { saveAnswerDelays } from '#store/answer-delays.ts';
import { saveCallRecord } from '#store/call-records.ts';
import { loadComparison, saveComparison } from '#store/comparisons.ts';
import { WINNER } from '#store/keys.ts';
import { FINAL, type ReportExport } from './build-report.ts';
import { keepParts } from './keep-parts.ts';
import { loadBasis } from './load-basis.ts';
import type { Declared, ReportBasis } from './report-basis.ts';
import { type BurstReport, type LegReport, reportOf } from './report-of.ts';

/** An answer that was promised is there. */
export interface AnswerDue {
  /** `<burst>/mature` or `<burst>/final`: the same however often it is told. */
  readonly id: string;
  readonly burst: string;
  /** `mature`: the wait is over, live claims are allowed; `final`: the registered read was taken. */
  readonly kind: 'mature' | 'final';
  readonly report: BurstReport;
}

export interface Look {
  readonly table: Table;
  readonly burst: Burst;
  readonly now: number;
  /** A fresh mark. */
  readonly id: () => string;
}

/** Declares live winners; answers with what is due and was not told yet. */
export async function watchAnswers(look: Look): Promise<AnswerDue | undefined> {
  const { table, burst, now } = look;
  let before = reportOf(await loadBasis(table, burst, { now, finalRead: false }));
  if (wouldDeclare(before).length > 0) {
    // A split that moved at one provider voids the comparison: looked at before a name is given.
    await keepParts(table, burst, { now, why: 'claim' });
    before = reportOf(await loadBasis(table, burst, { now, finalRead: false }));
  }
  const declared = await declare(look, before);
  const isMature = before.legs.some((leg) => isComparable(leg) && !isWaiting(leg, before));
  if (!isMature || (await loadComparison(table, burst.id, told('mature')))) return undefined;
  const report = declared
    ? reportOf(await loadBasis(table, burst, { now, finalRead: false }))
    : before;
  return { id: `${burst.id}/mature`, burst: burst.id, kind: 'mature', report };
}

/** The one read that was registered: taken once, on a snapshot, and kept with all it hangs on. */
export async function readFinally(look: Look): Promise<AnswerDue> {
  const { table, burst, now } = look;
  if (!(await loadComparison(table, burst.id, FINAL))) {
    await keepParts(table, burst, { now, why: 'final' });
  }
  const basis = await loadBasis(table, burst, { now, finalRead: true });
  const report: ReportExport = { format: 'volley-export-1', basis, report: reportOf(basis) };
  const kept = await saveComparison(
    table,
    burst.id,
    { name: FINAL, savedAt: now, report },
    look.id(),
  );
  const final = kept.report as ReportExport;
  await declare(look, final.report);
  await keepRecords(table, final);
  return { id: `${burst.id}/final`, burst: burst.id, kind: 'final', report: final.report };
}

/** So that an answer is not told again and again; told twice only if this was not written. */
export async function noteTold(
  table: Table,
  { burst, kind, report }: AnswerDue,
  marks: { readonly now: number; readonly nonce: string },
): Promise<void> {
  if (kind === 'final') return;
  const note = { name: told(kind), savedAt: marks.now, report: { asOf: report.asOf } };
  await saveComparison(table, burst, note, marks.nonce);
}

/** Under a name that sorts before the winners: a report does not read it. */
function told(kind: AnswerDue['kind']): string {
  return `told-${kind}`;
}

/** The first winner of a channel stands, with the counts it was declared on. */
async function declare(look: Look, report: BurstReport): Promise<boolean> {
  const { comparison } = report;
  if ('refused' in comparison) return false;
  const winners = wouldDeclare(report);
  for (const { channel, winner, reason } of winners) {
    const declared: Declared & { version: string; tally: ChannelTally | undefined } = {
      channel,
      winner,
      reason: reason === 'final' ? 'final' : 'live',
      at: report.asOf,
      version,
      tally: comparison.input.channels.find((one) => one.channel === channel),
    };
    const name = `${WINNER}${channel}`;
    const comparisonItem = { name, savedAt: look.now, report: declared };
    await saveComparison(look.table, look.burst.id, comparisonItem, look.id());
  }
  return winners.length > 0;
}

/** Winners by the counts that were not declared before. */
function wouldDeclare({ comparison }: BurstReport) {
  if ('refused' in comparison) return [];
  return comparison.channels.flatMap((one) => {
    if ('refused' in one || one.standing || one.verdict.winner === null) return [];
    const { winner, reason } = one.verdict;
    return [{ channel: one.channel, winner, reason }];
  });
}

function isComparable({ verdict: { status } }: LegReport): boolean {
  return status === 'winner' || status === 'leading' || status === 'no_clear_winner';
}

/** Live claims are not allowed yet on this leg. */
function isWaiting({ leg }: LegReport, { comparison }: BurstReport): boolean {
  if ('refused' in comparison) return true;
  const own = comparison.channels.find(({ channel }) => channel === leg);
  return !own || 'refused' in own || own.liveInHours !== 0;
}

/** What later bursts know of this one: how its calls did, and how long answers took. */
async function keepRecords(table: Table, { basis, report }: ReportExport): Promise<void> {
  const { metric } = report;
  for (const { leg, channel, calls, verdict } of report.legs) {
    for (const { call, exposed, uniqueClicks, converting } of calls) {
      await saveCallRecord(table, report.campaign, {
        call,
        burst: report.burst,
        leg,
        channel,
        readAt: report.asOf,
        metric,
        exposed,
        answers: metric === 'click' ? uniqueClicks : converting,
        outcome: outcomeOf(verdict, call),
      });
    }
  }
  const counts = delaysOf(basis);
  await saveAnswerDelays(table, metric, report.burst, { counts, endedAt: report.asOf });
}

function outcomeOf({ status, winner, reason }: LegReport['verdict'], call: string): string {
  if (status !== 'winner') return reason;
  return winner === call ? 'won' : 'lost';
}

function delaysOf({ tally, frame }: ReportBasis): number[] {
  const links = frame.legs.flatMap(({ name, shares }) =>
    shares.map(({ call }) => delayRow(`${name}/${call}`)),
  );
  const sums = Array.from({ length: delayEnds.length + 1 }, () => 0);
  for (const row of new Set(links)) {
    for (const [place, count] of (tally[row] ?? []).entries())
      sums[place] = (sums[place] ?? 0) + count;
  }
  return sums;
}
