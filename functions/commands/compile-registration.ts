// What judges the calls, as the file says it or by default: registered with the approval.

import { renderDuration } from '#domain/duration.ts';
import { shareOf } from '#domain/file-values.ts';
import type { LegPlan } from '#domain/plan.ts';
import {
  type Design,
  type RegisteredLeg,
  type Registration,
  register,
  registrationDefaults,
} from '#domain/registration.ts';
import type { Compilation } from './compile-plan.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Below it a rate is no share of anything, above it nothing is left to find out. */
const RATE_MIN = 0.0001;
const RATE_MAX = 0.9;
const LIFT_MAX = 10;

/** Every part of it that the file leaves open is stated as a default. */
export function registrationOf(compilation: Compilation, legs: readonly LegPlan[]): Registration {
  const { compare, goal } = compilation.source.file;
  const metric = metricOf(compilation);
  noteAfterTheClick(compilation, legs, metric);
  const usual = registrationDefaults.windowMs[metric];
  const within = compare?.within ?? goal?.within;
  const windowMs = compilation.duration(['compare', 'within'], within, usual);
  if (windowMs < MINUTE_MS || windowMs > 90 * DAY_MS) {
    compilation.problem(['compare', 'within'], 'the answers count within reason', '1m to 90d');
  }
  const waitMs = compilation.duration(
    ['compare', 'wait'],
    compare?.wait,
    Math.min(registrationDefaults.waitMs[metric], windowMs),
  );
  if (waitMs < MINUTE_MS || waitMs > windowMs) {
    const message = 'the wait for the answers is part of the counting window';
    compilation.problem(['compare', 'wait'], message, 'from 1m to the window’s end');
  }
  const { a, b } = registrationDefaults.prior;
  const prior = compilation.orDefault(['compare', 'prior'], compare?.prior, { a, b }, `${a}, ${b}`);
  const cap = compare?.['value-cap'];
  compilation.orDefault(['compare', 'value-cap'], cap, 0, 'none');
  return register({
    metric,
    windowMs: Math.max(windowMs, readUntil(compilation, legs, windowMs)),
    waitMs,
    prior,
    ...ratesOf(compilation),
    ...budgetsOf(compilation),
    ...(cap === undefined ? {} : { valueCap: cap }),
    ...mixOf(compilation, legs),
    compares: comparesOf(compilation, legs),
    legs: legs.map(registeredLeg),
    atFinalRead: compilation.orDefault(
      ['compare', 'at-final-read'],
      compare?.['at-final-read'],
      registrationDefaults.atFinalRead,
    ),
  });
}

/** Behind one link every visitor has clicked: only what they do there can differ. */
function noteAfterTheClick(
  compilation: Compilation,
  legs: readonly LegPlan[],
  metric: Registration['metric'],
): void {
  if (metric === 'conversion') return;
  for (const leg of legs) {
    if (leg.kind === 'email' || !leg.visitors) continue;
    compilation.notes.push(
      `${leg.name}: after the click only conversions can be compared, and here clicks decide: name a goal`,
    );
  }
}

/** The last post of a series is read in full before anything is decided. */
function readUntil(compilation: Compilation, legs: readonly LegPlan[], windowMs: number): number {
  const ends = legs.map((leg) =>
    leg.kind === 'broadcast' && leg.series ? leg.offsetMs + leg.series.readMs : 0,
  );
  const last = Math.max(0, ...ends);
  if (last > windowMs) {
    const until = renderDuration(last);
    compilation.notes.push(
      `compare.within: ${until}, because the last post of a series is read until then`,
    );
  }
  return last;
}

function metricOf(compilation: Compilation): Registration['metric'] {
  const { compare, goal } = compilation.source.file;
  const usual = goal ? 'conversion' : 'click';
  const metric = compilation.orDefault(['compare', 'metric'], compare?.metric, usual);
  if (metric === 'conversion' && !goal) {
    const field = ['compare', 'metric'];
    compilation.problem(field, 'conversions decide, and there is no goal that counts them');
  }
  return metric;
}

/** Together they bound how often equal calls get a winner (statistics S21). */
function budgetsOf(compilation: Compilation): Pick<Registration, 'alphaLive' | 'alphaFinal'> {
  const { wrong } = compilation.source.file.compare ?? {};
  const { alphaLive, alphaFinal } = registrationDefaults;
  const path = ['compare', 'wrong'];
  const shown = `live ${alphaLive * 100}%, final ${alphaFinal * 100}%`;
  const given = wrong && { alphaLive: shareOf(wrong.live), alphaFinal: shareOf(wrong.final) };
  const budgets = compilation.orDefault(path, given, { alphaLive, alphaFinal }, shown);
  const least = Math.min(budgets.alphaLive, budgets.alphaFinal);
  if (least < 0.0001 || budgets.alphaLive + budgets.alphaFinal > 0.2) {
    compilation.problem(path, 'an answer may be wrong now and then', '0.01% each to 20% together');
  }
  return budgets;
}

function ratesOf(compilation: Compilation): Pick<Registration, 'smallestLift' | 'expectedRate'> {
  const share = (field: 'smallest-lift' | 'expected-rate', usual: number, max: number) => {
    const text = compilation.source.file.compare?.[field];
    const given = text === undefined ? undefined : shareOf(text);
    const path = ['compare', field];
    const value = compilation.orDefault(path, given, usual, `${usual * 100}%`);
    if (value >= RATE_MIN && value <= max) return value;
    compilation.problem(path, `"${text}" is no share to reckon with`, `0.01% to ${max * 100}%`);
    return usual;
  };
  return {
    smallestLift: share('smallest-lift', registrationDefaults.smallestLift, LIFT_MAX),
    expectedRate: share('expected-rate', registrationDefaults.expectedRate, RATE_MAX),
  };
}

/** One audience for the rates of several legs: said before the send, so that nobody picks it after. */
function mixOf(compilation: Compilation, legs: readonly LegPlan[]): Pick<Registration, 'mix'> {
  const given = compilation.source.file.compare?.mix;
  const drawn = legs.filter((leg) => ['randomised', 'after_the_click'].includes(designOf(leg)));
  if (drawn.length > 1) {
    compilation.orDefault(['compare', 'mix'], given, undefined, 'the people reached');
  }
  if (given === undefined) return {};
  for (const name of Object.keys(given)) {
    const path = ['compare', 'mix', name];
    if (!legs.some((leg) => leg.name === name)) {
      compilation.problem(path, `there is no leg ${name}`, legs.map((leg) => leg.name).join(', '));
    } else if (!drawn.some((leg) => leg.name === name)) {
      const message = `${name} leaves nothing to chance, so it takes no part over channels`;
      compilation.problem(path, message, 'legs with calls: split, or after the click');
    }
  }
  const mix = Object.entries(given).flatMap(([leg, weight]) =>
    weight > 0 ? [{ leg, weight }] : [],
  );
  if (mix.length === 0) {
    compilation.problem(['compare', 'mix'], 'no leg has any weight', 'at least one above 0');
  }
  return { mix };
}

function registeredLeg(leg: LegPlan): RegisteredLeg {
  const { name, channel, outcome } = leg;
  const calls = leg.kind === 'email' ? [] : (leg.visitors ?? [leg.call]);
  const weights =
    leg.kind === 'email' ? leg.allocation : calls.map((call) => ({ call, weight: 1 }));
  const series = leg.kind === 'email' ? undefined : leg.series;
  const base = {
    leg: name,
    channel,
    design: designOf(leg),
    weights: weights.map((one) => ({ ...one })),
    ...(outcome === undefined ? {} : { outcome }),
    ...(leg.kind === 'email' && leg.segments
      ? { segments: leg.segments.map((one) => one.name) }
      : {}),
  };
  if (!series) return base;
  return { ...base, series: series.name, paired: series.paired, readMs: series.readMs };
}

function designOf(leg: LegPlan): Design {
  if (leg.kind === 'email') {
    const isSplit = leg.allocation.filter(({ weight }) => weight > 0).length > 1;
    return isSplit ? 'randomised' : 'one_call';
  }
  if (leg.series) return 'series';
  return leg.visitors ? 'after_the_click' : 'one_call';
}

/**
 * Email legs that can leave together and carry different calls: with other words around them it
 * is messages that are compared; and whoever chose the lists, not chance, chose who saw which.
 */
function comparesOf(compilation: Compilation, legs: readonly LegPlan[]): Registration['compares'] {
  const emails = legs.filter((leg) => leg.kind === 'email');
  for (const [index, leg] of emails.entries()) {
    for (const other of emails.slice(index + 1)) {
      const isEither = leg.outcome !== undefined && other.outcome !== undefined;
      if (isEither && leg.outcome !== other.outcome) continue;
      if (sharesText(leg) === sharesText(other)) continue;
      const pair = `${leg.name} and ${other.name}`;
      if (wordsOf(leg) !== wordsOf(other)) {
        compilation.notes.push(
          `${pair} carry different calls in different words: messages rather than calls are being compared, and chance did not decide who got which`,
        );
        return 'messages';
      }
      compilation.notes.push(
        `${pair} carry different calls to different people: chance did not decide who got which, so they are shown and not compared with each other`,
      );
    }
  }
  return 'calls';
}

type EmailLeg = Extract<LegPlan, { kind: 'email' }>;

function sharesText({ allocation }: EmailLeg): string {
  const shares = allocation.filter(({ weight }) => weight > 0).map(({ call }) => call);
  return shares.sort().join(' ');
}

function wordsOf({ subject, html, text, from }: EmailLeg): string {
  return [subject, html, text, from].join('\n');
}
