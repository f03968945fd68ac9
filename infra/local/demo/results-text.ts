// The answer per channel, as a person at a terminal reads it.

import type { CallReport, Results } from './api.ts';
import { count, interval, percent, table } from './draw.ts';

const SCALE_COLUMNS = 30;

export function resultsText(results: Results): string[] {
  const goal = results.metric === 'conversion' ? 'reached the goal' : 'clicked';
  const said = new Map(results.answer.channels.map(({ leg, text }) => [leg, text]));
  return results.legs.flatMap(({ leg, channel, design, calls }) => [
    '',
    `${title(leg, channel)} · ${DESIGNS[design] ?? design} · ${said.get(leg) ?? 'no answer yet'}`,
    ...table([
      ['call', 'sent', 'delivered', 'clicks', '(robots)', 'people', 'goal', 'value'],
      ...calls.map((call) => [
        call.say,
        count(call.accepted),
        count(call.delivered),
        count(call.humanClicks),
        `(${count(call.machineClicks)})`,
        count(call.uniqueClicks),
        count(call.converting),
        (call.value / 100).toLocaleString('en', { minimumFractionDigits: 2 }),
      ]),
    ]).map(indent),
    ...intervals(calls, goal),
  ]);
}

function intervals(calls: readonly CallReport[], goal: string): string[] {
  const rated = calls.flatMap(({ say, rate }) => (rate ? [{ say, rate }] : []));
  if (rated.length < 2) return [];
  const most = Math.max(...rated.map(({ rate }) => rate.hi), 0.001);
  const widest = Math.max(...rated.map(({ say }) => say.length));
  return [
    indent(`of those it was delivered to, ${goal} (95 % interval):`),
    ...rated.map(({ say, rate }) => {
      const drawn = interval(rate, most, SCALE_COLUMNS);
      return indent(
        `${say.padEnd(widest)}  ${drawn}  ${percent(rate.of)} (${percent(rate.lo)} to ${percent(rate.hi)})`,
      );
    }),
    indent(`${''.padEnd(widest)}  0${percent(most).padStart(SCALE_COLUMNS - 1)}`),
  ];
}

const DESIGNS: { readonly [design: string]: string } = {
  randomised: 'randomised',
  observational: 'observational',
};

function title(leg: string, channel: string): string {
  return leg === channel ? leg : `${leg} (${channel})`;
}

function indent(line: string): string {
  return `  ${line}`;
}
