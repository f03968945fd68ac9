// The report of a burst: what came back per channel and call, and what may be said about it.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { loadComparison } from '#store/comparisons.ts';
import { loadBasis } from './load-basis.ts';
import { ReportBasis } from './report-basis.ts';
import { type BurstReport, reportOf } from './report-of.ts';

/** The name under which the one registered read is kept. */
export const FINAL = 'final';

/** What became known after the final read: it changes nothing of what was said then. */
interface Later {
  readonly asOf: number;
  readonly legs: readonly {
    readonly leg: string;
    /** Whether today's counts still bear out a winner that was declared. */
    readonly supported: boolean;
    readonly calls: readonly {
      readonly call: string;
      readonly lateClicks: number;
      readonly lateConversions: number;
    }[];
  }[];
}

export interface ShownReport extends BurstReport {
  /** Present once the final read has been taken: everything above is as it was then. */
  readonly later?: Later;
}

/** A report with everything it was computed from: these alone give the same bytes again. */
export interface ReportExport {
  readonly format: 'volley-export-1';
  readonly basis: ReportBasis;
  readonly report: BurstReport;
  readonly later?: Later;
}

/**
 * One strong query, and one more read once the burst is decided.
 * @param now milliseconds since 1970; decides what is due and nothing else
 */
export async function buildReport(table: Table, burst: Burst, now: number): Promise<ShownReport> {
  const { report, later } = await buildExport(table, burst, now);
  return later ? { ...report, state: burst.state, later } : report;
}

export async function buildExport(table: Table, burst: Burst, now: number): Promise<ReportExport> {
  const basis = await loadBasis(table, burst, { now, finalRead: false });
  const report = reportOf(basis);
  const isRead = burst.state === 'decided' || burst.state === 'closed';
  const final = isRead ? await loadComparison(table, burst.id, FINAL) : undefined;
  const kept = ReportBasis.safeParse((final?.report as Partial<ReportExport> | undefined)?.basis);
  if (!final || !kept.success) return { format: 'volley-export-1', basis, report };
  const { report: said } = final.report as ReportExport;
  const later = laterOf(report);
  return { format: 'volley-export-1', basis: kept.data, report: said, later };
}

function laterOf({ asOf, legs }: BurstReport): Later {
  return {
    asOf,
    legs: legs.map(({ leg, verdict, calls }) => ({
      leg,
      supported: verdict.supported,
      calls: calls.map(({ call, lateClicks, lateConversions }) => ({
        call,
        lateClicks,
        lateConversions,
      })),
    })),
  };
}
