// A check on one screen: who gets it, who does not and why, how long it takes, what it costs.

import type { CheckedBurst } from '#commands/check-burst.ts';
import type { Forecast } from '#commands/forecast.ts';
import type { LegView, PlanView } from '#commands/plan-view.ts';
import { renderDuration } from '#domain/duration.ts';
import { heldBackFor } from './held-back-words.ts';
import { style } from './screen.ts';
import { count, dayOf, dollars, many, percent, span, timeOfDay } from './words.ts';

export interface Foreseen {
  readonly plan?: PlanView;
  readonly forecast: Forecast;
  readonly zone: string;
  readonly momentAt?: number | undefined;
}

/** Lines whose figure nobody knows are left out. */
export function forecastRows({ plan, forecast, zone, momentAt }: Foreseen): [string, string][] {
  return [
    ...(plan ? channelRows(plan, forecast) : listRows(forecast)),
    ...timeRows(forecast, zone, momentAt),
    ...costRows(forecast),
    ...liftRows(forecast, plan),
  ];
}

export function problemLines(forecast: Forecast): string[] {
  return forecast.problems.map(({ leg, message, limit, severity }) => {
    const bound = limit === undefined || message.includes(limit) ? '' : ` (${limit})`;
    const mark = severity === 'error' ? style.red('✗') : style.yellow('!');
    return `  ${mark} ${leg}: ${message}${bound}`;
  });
}

export function hasErrors({ problems }: Forecast): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** `79,412 people by email and 2 posts` */
export function whatLeaves({ plan, forecast }: Pick<CheckedBurst, 'plan' | 'forecast'>): string {
  const posts = plan.legs.filter(({ channel }) => channel !== 'email').length;
  const parts = [
    ...(forecast.recipients === undefined || forecast.lists.length === 0
      ? []
      : [`${many(forecast.recipients, 'person', 'people')} by email`]),
    ...(posts > 0 ? [many(posts, 'post')] : []),
  ];
  return parts.join(' and ');
}

export function costOf({ cost }: Forecast): string | undefined {
  if (!cost) return undefined;
  return cost.usd < 0.01 ? 'less than a cent' : dollars(cost.usd);
}

function channelRows(plan: PlanView, forecast: Forecast): [string, string][] {
  return plan.legs.flatMap((leg): [string, string][] => {
    if (leg.series !== undefined) return seriesRow(plan, leg);
    const when = leg.offsetMs === 0 ? '' : `, ${renderDuration(leg.offsetMs)} from the moment`;
    if (leg.list === undefined) {
      const calls = leg.calls.map(({ call }) => call);
      const call =
        calls.length === 1 ? calls[0] : `its link leads by chance to ${calls.join(' or ')}`;
      const name = leg.leg === leg.channel ? '' : ` on ${leg.channel}`;
      return [[leg.leg, `one post${name}, ${call}${when}${ifNotReady(leg)}`]];
    }
    const list = forecast.lists.find((one) => one.leg === leg.leg);
    const who =
      list?.recipients === undefined
        ? `everybody on ${leg.list}: too many to count them now`
        : `${count(list.recipients)} get it${notSent(list.heldBack)}`;
    return [
      [leg.leg, `${who}${when}`],
      ['', callsOf(leg, list?.recipients)],
    ];
  });
}

/** All posts of a series in one row, at its first. */
function seriesRow({ legs }: PlanView, leg: LegView): [string, string][] {
  const posts = legs.filter((one) => one.series === leg.series && one.channel === leg.channel);
  const [first, second] = posts;
  if (first?.leg !== leg.leg) return [];
  const every = (second?.offsetMs ?? first.offsetMs) - first.offsetMs;
  const calls = [...new Set(posts.flatMap((one) => one.calls.map(({ call }) => call)))].sort();
  const what = `${posts.length} posts, ${renderDuration(every)} apart, ${calls.join(' and ')} drawn by chance`;
  return [[leg.series ?? leg.leg, `${what}${ifNotReady(leg)}`]];
}

function listRows({ lists }: Forecast): [string, string][] {
  return lists.flatMap(({ leg, recipients, heldBack }): [string, string][] =>
    recipients === undefined ? [] : [[leg, `${count(recipients)} get it${notSent(heldBack)}`]],
  );
}

function ifNotReady({ ifNotReady: policy }: LegView): string {
  return { hold: ', holds all if not ready', drop: ', left out if not ready', go: '' }[policy];
}

function notSent(heldBack: Forecast['heldBack'] = {}): string {
  const reasons = Object.entries(heldBack);
  const total = reasons.reduce((sum, [, people]) => sum + people, 0);
  if (total === 0) return '';
  const [only] = reasons;
  if (reasons.length === 1 && only) return `, ${count(total)} do not: ${heldBackFor(only[0])}`;
  const why = reasons.map(([reason, people]) => `${count(people)} ${heldBackFor(reason)}`);
  return `, ${count(total)} do not: ${why.join(', ')}`;
}

function callsOf({ calls }: LegView, recipients: number | undefined): string {
  if (calls.length === 1) return `all get ${calls[0]?.call}`;
  const isEven = calls.every(({ share }) => Math.abs(share - 1 / calls.length) < 1e-9);
  const each =
    recipients === undefined ? '' : `, about ${count(Math.round(recipients / calls.length))} each`;
  if (isEven) return `${calls.map(({ call }) => call).join(', ')}: chance decides${each}`;
  return calls.map(({ call, share }) => `${call} ${percent(share)}`).join(', ');
}

/** Shorter than anybody would wait for. */
const SHORT_MS = 3_000;

function timeRows(
  { drain, quota }: Forecast,
  zone: string,
  momentAt: number | undefined,
): [string, string][] {
  if (!drain) return [];
  const { halfMs, lastMs, firstWave } = drain;
  const rate = quota === undefined ? '' : `${count(quota.perSecond)} a second: `;
  const at = (ms: number) =>
    momentAt === undefined ? `${span(ms)} after it` : clockAt(momentAt, momentAt + ms, zone);
  const when =
    lastMs < SHORT_MS ? 'all of them at once' : `half by ${at(halfMs)}, last by ${at(lastMs)}`;
  const rows: [string, string][] = [['time', `${rate}${when}`]];
  if (firstWave) {
    const people = many(firstWave.recipients, 'person', 'people');
    const wait = span(firstWave.waitMs);
    rows.push([
      '',
      `this list was never mailed: ${people} first, the others at most ${wait} later`,
    ]);
  }
  return rows;
}

/** The day stands there where it is another one; seconds where all of it takes no time. */
function clockAt(from: number, at: number, zone: string): string {
  const isSameDay = dayOf(from, zone) === dayOf(at, zone);
  const time = timeOfDay(at, zone, at - from < 120_000);
  return isSameDay ? time : `${dayOf(at, zone)} ${time}`;
}

function costRows({ cost }: Forecast): [string, string][] {
  if (!cost) return [];
  if (cost.usd < 0.01) return [['cost', 'less than a cent']];
  const lines = cost.lines.filter(({ usd }) => usd >= 0.01);
  const each = lines.map(({ name, usd }) => `${COST[name] ?? name} ${dollars(usd)}`).join(', ');
  return [['cost', `${dollars(cost.usd)}${lines.length > 1 ? `: ${each}` : ''}`]];
}

const COST: { readonly [name: string]: string } = {
  emails: 'emails',
  sending: 'sending them',
  events: 'what becomes of them',
  holding: 'holding the moment',
  clicks: 'clicks',
  networks: 'networks',
};

function liftRows({ smallestLift }: Forecast, plan: PlanView | undefined): [string, string][] {
  const goal = plan?.goal;
  if (!smallestLift || goal?.target === undefined) return [];
  const { lift } = smallestLift;
  const hope = `if ${count(goal.target)} reach ${goal.count}`;
  return [['compare', `with this list a lift of ${percent(lift)} or more can be seen, ${hope}`]];
}
