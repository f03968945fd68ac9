// The one picture of a report by email: a bar for each call, drawn as table cells.

import type { BurstReport, CallReport, LegReport } from '#feedback/report-of.ts';
import { number, percent } from '#feedback/say-time.ts';
import { escapeHtml } from './escape-html.ts';

const LEGS_MAX = 6;
const CALLS_MAX = 6;
const WIDTH_PX = 300;
const DARK = '#0b5cad';
const LIGHT = '#a9cdf0';

const KEY =
  '<p style="margin:0 0 14px 0;color:#55585e;font-size:13px">Dark: at least so many; light: it may be up to so many (95 %).</p>';

/** Dark up to where the rate surely is, light up to where it may be; empty where nothing is known. */
export function drawAnswer(report: BurstReport): string {
  const legs = report.legs.filter(({ calls }) => calls.length > 0).slice(0, LEGS_MAX);
  const hasRates = legs.some(({ calls }) => calls.some(({ rate }) => rate !== null));
  const key = hasRates ? KEY : '';
  return legs.map((leg) => drawLeg(leg, report.metric)).join('') + key;
}

function drawLeg({ leg, calls }: LegReport, metric: BurstReport['metric']): string {
  const shown = calls.slice(0, CALLS_MAX);
  const most = Math.max(...shown.map((call) => reach(call, metric).hi), Number.MIN_VALUE);
  const isRate = shown.some(({ rate }) => rate !== null);
  const what = metric === 'click' ? 'clicked' : 'converted';
  const unit = isRate ? `${what}, of those reached` : `${what}, people`;
  const rows = shown.map((call) => drawCall(call, metric, most)).join('');
  return (
    '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 18px 0">' +
    `<tr><td colspan="3" style="padding:0 0 4px 0;font-weight:bold">${escapeHtml(leg)}` +
    ` <span style="font-weight:normal;color:#55585e">(${unit})</span></td></tr>${rows}</table>`
  );
}

function drawCall(call: CallReport, metric: BurstReport['metric'], most: number): string {
  const { lo, of, hi, text } = reach(call, metric);
  const [sure, maybe] = [px(lo, most), px(hi, most)];
  const cell = (width: number, colour: string) =>
    width < 1
      ? ''
      : `<td width="${width}" height="16" bgcolor="${colour}" style="font-size:1px;line-height:1px">&nbsp;</td>`;
  const bar =
    hi > lo
      ? cell(Math.max(1, sure), DARK) + cell(maybe - sure, LIGHT)
      : cell(Math.max(of > 0 ? 1 : 0, sure), DARK);
  return (
    `<tr><td style="padding:3px 10px 3px 0">${escapeHtml(call.say)}</td>` +
    `<td width="${WIDTH_PX}"><table role="presentation" cellpadding="0" cellspacing="0"><tr>` +
    `${bar || '<td height="16">&nbsp;</td>'}</tr></table></td>` +
    `<td style="padding:3px 0 3px 10px;white-space:nowrap">${text}</td></tr>`
  );
}

function px(value: number, most: number): number {
  return Math.round((value / most) * WIDTH_PX);
}

/** A rate with its interval where people were reached one by one, else a count of people. */
function reach(call: CallReport, metric: BurstReport['metric']) {
  if (call.rate) return { ...call.rate, text: percent(call.rate.of) };
  const people = metric === 'click' ? call.uniqueClicks : call.converting;
  return { lo: people, of: people, hi: people, text: number(people) };
}
