// The answer per channel, as a person at a terminal reads it.

import type { CallReport, Results, Verdict } from './api.ts';
import { count, interval, percent, table } from './draw.ts';

const SCALE_COLUMNS = 30;

export function resultsText(results: Results): string[] {
  const goal = results.metric === 'conversion' ? 'reached the goal' : 'clicked';
  return results.legs.flatMap(({ leg, channel, design, calls, verdict }) => [
    '',
    `${title(leg, channel)} · ${DESIGNS[design] ?? design} · ${sentence(verdict, calls)}`,
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

const REASONS: { readonly [reason: string]: string } = {
  immature: 'most answers are still to come',
  insufficient_evidence: 'the answers so far do not separate them',
  too_few_conversions: 'too few answers so far',
  not_randomized: 'one post each: chance did not decide who saw it',
  too_few_arms: 'there is only one call',
  missing_exposure: 'nobody knows yet who could see it',
  sensitive_to_bot_filter: 'it would hang on which clicks count as robots',
  tie: 'even',
  srm: 'the split is not the one that was planned',
};

function sentence(verdict: Verdict, calls: readonly CallReport[]): string {
  const { status, reason, winner, leader } = verdict;
  const why = REASONS[reason] ?? reason.replaceAll('_', ' ');
  const named = (call: string | null | undefined) =>
    calls.find((one) => one.call === call)?.say ?? 'nobody';
  switch (status) {
    case 'winner':
      return `${named(winner)} worked best`;
    case 'leading':
      return `ahead so far: ${named(leader)} (${why})`;
    case 'no_clear_winner':
      return `no clear winner (${why})`;
    default:
      return `${status.replaceAll('_', ' ')} (${why})`;
  }
}

function title(leg: string, channel: string): string {
  return leg === channel ? leg : `${leg} (${channel})`;
}

function indent(line: string): string {
  return `  ${line}`;
}
