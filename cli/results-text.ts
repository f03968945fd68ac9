// The report as a person at a terminal reads it: the answer, then a grid with intervals drawn.

import type { ShownResults } from '#commands/show-results.ts';
import { stateOf } from '#domain/state-words.ts';
import { whoFollows } from '#domain/who-follows.ts';
import type { BurstReport, CallReport, LegReport } from '#feedback/report-of.ts';
import { sayNative } from '#feedback/say-native.ts';
import { number, sayTime } from '#feedback/say-time.ts';
import { intervalChart } from './interval-chart.ts';
import { table, widthOf } from './words.ts';
import { wrapped } from './wrapped.ts';

type Shown = BurstReport & Partial<Pick<ShownResults, 'follows' | 'followUps' | 'takenBack'>>;

/** @param width of the window it is read in, in columns; a file has no limit */
export function resultsText(report: Shown, width = Number.POSITIVE_INFINITY): string[] {
  const {
    answer,
    goal,
    holdout,
    asOf,
    zone,
    legs,
    finalRead,
    follows,
    followUps = [],
    takenBack = [],
  } = report;
  const { across, notes } = answer;
  const lines = [
    plain(answer.headline),
    `${report.burst}, ${finalRead ? 'read for good' : 'as of'} ${sayTime(asOf, zone)} (${zone})`,
    ...(follows === undefined ? [] : [`to people whom ${follows} reached`]),
    ...takenBack.map(({ leg, at }) => `${leg}: the post was taken back ${sayTime(at, zone)}`),
    ...legs.flatMap((leg) => ['', ...legText(report, leg, width)]),
    ...(across === null ? [] : ['', plain(across)]),
    ...(goal === null ? [] : ['', `Goal: ${plain(goal.words)}`]),
    ...(holdout === null ? [] : ['', plain(holdout.headline), `  ${plain(holdout.why)}`]),
    ...(followUps.length === 0 ? [] : ['', ...followUps.map(followUpText)]),
    ...notes.map((note) => plain(note)),
  ];
  return lines.flatMap((line) => wrapped(line, width));
}

function followUpText({ burst, who, state }: ShownResults['followUps'][number]): string {
  const stands = state === undefined ? 'made when this one is sent' : stateOf(state);
  return `Then ${burst}, to ${whoFollows[who]}: ${stands}`;
}

function legText(
  { metric, zone }: BurstReport,
  { leg, channel, design, calls, verdict, bets, harm, native, asksNothing }: LegReport,
  width: number,
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
    ...callTable(head, rows, width),
    ...(asksNothing ? [] : intervals(calls, isClick ? 'clicked' : 'reached the goal', width)),
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

function intervals(calls: readonly CallReport[], goal: string, width: number): string[] {
  const rated = calls.flatMap(({ say, rate }) => (rate ? [{ label: plain(say), rate }] : []));
  if (rated.length === 0) return [];
  return [`  of those it reached, ${goal} (95 % interval):`, ...intervalChart(rated, width)];
}

/** A row for each call; where the window is too narrow for that, its figures line by line. */
function callTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const [, ...right] = head.keys();
  const lines = table([head, ...rows], right).map((line) => `  ${line}`);
  if (lines.every((line) => widthOf(line) <= width)) return lines;
  return rows.flatMap(([call = '', ...figures]) => [
    `  ${call}`,
    `    ${figures.map((figure, at) => `${head[at + 1]} ${figure}`.replace(/[()]/g, '')).join(', ')}`,
  ]);
}

function count(value: number | null): string {
  return value === null ? '·' : number(value);
}

/** Whatever somebody else wrote reaches the terminal as text: no control character does anything. */
function plain(said: string): string {
  return said.replace(/\p{Cc}|\p{Cf}/gu, '�');
}
