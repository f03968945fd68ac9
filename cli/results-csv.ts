// The report as a table for a spreadsheet: a row per leg and call, and no cell that is a formula.

import type { BurstReport } from '#feedback/report-of.ts';

const COLUMNS = [
  ...['burst', 'leg', 'channel', 'design', 'call', 'say', 'sent', 'delivered', 'reached'],
  ...['human_clicks', 'machine_clicks', 'people_clicked', 'people_clicked_with_machines'],
  ...['people_converted', 'conversions', 'value_minor_units', 'late_clicks', 'late_conversions'],
  ...['bounced', 'complained', 'unsubscribed', 'rate', 'rate_lo', 'rate_hi'],
  ...['verdict', 'reason', 'winner', 'verdict_in_words'],
];

/** RFC 4180; missing is an empty cell, not zero. */
export function resultsCsv(report: BurstReport): string {
  const rows = report.legs.flatMap(({ leg, channel, design, calls, verdict }) =>
    calls.map((call) => [
      ...[report.burst, leg, channel, design, call.call, call.say],
      ...[call.accepted, call.delivered, call.exposed],
      ...[call.humanClicks, call.machineClicks, call.uniqueClicks, call.uniqueClicksAll],
      ...[call.converting, call.conversions, call.value, call.lateClicks, call.lateConversions],
      ...[call.bounced, call.complained, call.unsubscribed],
      ...[call.rate?.of, call.rate?.lo, call.rate?.hi],
      ...[verdict.status, verdict.reason, verdict.winner, verdict.words.headline],
    ]),
  );
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/**
 * A text that a spreadsheet would carry out gets an apostrophe first: what begins with = + - @, a
 * tab or a line end, also behind white space or a quote. Numbers stay numbers.
 */
export function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe =
    /^[\s"'\p{Cf}]*[=+\-@＝＋－＠|%]/u.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
