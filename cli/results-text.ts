// The report as a person at a terminal reads it: the answer, then a grid with intervals drawn.

import type { ShownResults } from '#commands/show-results.ts';
import { whoFollows } from '#domain/who-follows.ts';
import type { BurstReport, CallReport, LegReport } from '#feedback/report-of.ts';
import { sayNative } from '#feedback/say-native.ts';
import { number, percent, sayTime } from '#feedback/say-time.ts';
import { stateOf } from './state-words.ts';

const SCALE_COLUMNS = 30;

type Shown = BurstReport & Partial<Pick<ShownResults, 'follows' | 'followUps'>>;

export function resultsText(report: Shown): string[] {
  const { answer, goal, holdout, asOf, zone, legs, finalRead, follows, followUps = [] } = report;
  const { across, notes } = answer;
  return [
    plain(answer.headline),
    `${report.burst}, ${finalRead ? 'read for good' : 'as of'} ${sayTime(asOf, zone)} (${zone})`,
    ...(follows === undefined ? [] : [`to people whom ${follows} reached`]),
    ...legs.flatMap((leg) => ['', ...legText(report, leg)]),
    ...(across === null ? [] : ['', plain(across)]),
    ...(goal === null ? [] : ['', `Goal: ${plain(goal.words)}`]),
    ...(holdout === null ? [] : ['', plain(holdout.headline), `  ${plain(holdout.why)}`]),
    ...(followUps.length === 0 ? [] : ['', ...followUps.map(followUpText)]),
    ...notes.map((note) => plain(note)),
  ];
}

function followUpText({ burst, who, state }: ShownResults['followUps'][number]): string {
  const stands = state === undefined ? 'made when this one is sent' : stateOf(state);
  return `Then ${burst}, to ${whoFollows[who]}: ${stands}`;
}

function legText(
  { metric, zone }: BurstReport,
  { leg, channel, design, calls, verdict, bets, harm, native, asksNothing }: LegReport,
) {
  const { words } = verdict;
  const isClick = metric === 'click';
  const rows = calls.map((call) => [
    plain(call.say),
    count(call.accepted),
    count(call.exposed),
    number(call.humanClicks),
    `(${number(call.machineClicks)})`,
    number(call.uniqueClicks),
    number(call.converting),
    number(isClick ? call.lateClicks : call.lateConversions),
  ]);
  const head = ['call', 'sent', 'reached', 'clicks', '(robots)', 'people', 'goal', 'late'];
  return [
    `${leg === channel ? leg : `${leg} (${channel})`} · ${design} · ${plain(words.headline)}`,
    ...[words.why, words.sure].filter((line) => line !== '').map((line) => `  ${plain(line)}`),
    ...columns([head, ...rows]).map((line) => `  ${line}`),
    ...(asksNothing ? [] : intervals(calls, isClick ? 'clicked' : 'reached the goal')),
    ...(native ? nativeText(native, zone) : []),
    ...harm.map((line) => `  ! ${plain(line)}`),
    ...bets.map((bet) => `  ${plain(bet.words)}`),
    `  ${plain(words.next)}`,
  ];
}

function nativeText({ asOf, posts }: NonNullable<LegReport['native']>, zone: string): string[] {
  const when = asOf === null ? 'has not been heard yet' : `as of ${sayTime(asOf, zone)}`;
  return [
    `  the network, ${when}:`,
    ...posts.flatMap((post) => {
      const { reach, engagement, revenue } = sayNative(post);
      const said = [`reach ${reach}`, `engagement ${engagement}`, `counted by us ${revenue}`];
      return [`    ${plain(post.leg)}`, ...said.map((line) => `      ${plain(line)}`)];
    }),
  ];
}

function intervals(calls: readonly CallReport[], goal: string): string[] {
  const rated = calls.flatMap(({ say, rate }) => (rate ? [{ say: plain(say), rate }] : []));
  if (rated.length === 0) return [];
  const most = Math.max(...rated.map(({ rate }) => rate.hi), 0.001);
  const widest = Math.max(...rated.map(({ say }) => say.length));
  return [
    `  of those it reached, ${goal} (95 % interval):`,
    ...rated.map(
      ({ say, rate }) =>
        `  ${say.padEnd(widest)}  ${drawn(rate, most)}  ${percent(rate.of)} (${percent(rate.lo)} to ${percent(rate.hi)})`,
    ),
    `  ${''.padEnd(widest)}  0${percent(most).padStart(SCALE_COLUMNS - 1)}`,
  ];
}

/** An interval on a scale from 0 to `most`: `    ├──●───┤      `. */
function drawn({ of, lo, hi }: NonNullable<CallReport['rate']>, most: number): string {
  const last = SCALE_COLUMNS - 1;
  const [from = 0, at = 0, to = 0] = [lo, of, hi].map((value) =>
    Math.min(last, Math.max(0, Math.round((value / most) * last))),
  );
  return Array.from({ length: SCALE_COLUMNS }, (_, column) => {
    if (column === at) return '●';
    if (column === from) return '├';
    if (column === to) return '┤';
    return column > from && column < to ? '─' : ' ';
  }).join('');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, place) =>
    Math.max(...rows.map((row) => row[place]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, place) =>
        place === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[place] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function count(value: number | null): string {
  return value === null ? '·' : number(value);
}

/** Whatever somebody else wrote reaches the terminal as text: no control character does anything. */
function plain(said: string): string {
  return said.replace(/\p{Cc}|\p{Cf}/gu, '�');
}
