// The campaign file of a burst that is planned by the command, and the burst as a file can say it.

import type { BurstScript, LegScript, Who } from './script.ts';

interface FileInput {
  readonly file: { readonly name: string; readonly text: string };
  readonly files: { readonly [name: string]: { readonly text: string } };
}

const BODY = 'Dear {first_name|friend},\n\n{call}\n';
/** Posts of a series follow each other as fast as a file may say. */
export const SERIES_EVERY_MS = 600_000;
const MORE = 'Dear {first_name|friend},\n\nthere is more to tell.\n';
/** As soon as a file may say. */
export const FOLLOW_UP_MS = 600_000;
const DAY_MS = 86_400_000;
const FIRST_WAVE_MIN = 50;

/**
 * The burst with what a file cannot say rounded to what it can: whole seconds, names of outcomes,
 * one leg a list, and of bets those by the chance of being best.
 */
export function asFile(burst: BurstScript): BurstScript {
  const lists = new Set<string>();
  const legs = burst.legs.filter(({ audience }) => {
    const isNew = audience === undefined || !lists.has(audience.id);
    if (audience) lists.add(audience.id);
    return isNew;
  });
  return { ...burst, isFile: true, legs: legs.map(sayable) };
}

function sayable(leg: LegScript): LegScript {
  const { firstWave, waves, outcome } = leg;
  let before = 0;
  return {
    ...leg,
    leg: outcome === undefined ? leg.leg : `${outcome}-${shortOf(leg)}`,
    offsetMs: seconds(leg.offsetMs) * 1_000,
    ...(firstWave === undefined ? {} : { firstWave: Math.max(FIRST_WAVE_MIN, firstWave) }),
    ...(waves === undefined
      ? {}
      : {
          waves: waves.map((wave) => {
            const said = wave.bet ? { ...wave, bet: 'best' as const } : wave;
            if (said.afterMs === undefined) return said;
            before = Math.max(before + 1, seconds(said.afterMs));
            return { ...said, afterMs: before * 1_000 };
          }),
        }),
  };
}

/** What the command is given: version 2 says other words than version 1. */
export function fileOf(script: BurstScript, mark: string, startAt: number): FileInput {
  const { burst, cap, legs, needsSecond, outcomes, policy } = script;
  const always = legs.filter((leg) => leg.outcome === undefined);
  const content = {
    campaign: 'sim',
    calls: {
      join: { say: 'Join us', to: 'https://example.com/join' },
      give: { say: 'Give', to: 'https://example.com/give' },
    },
    burst: {
      approval: needsSecond ? 'second person' : 'none',
      'in-doubt': policy,
      // biome-ignore lint/suspicious/noThenProperty: the file's own word; its value is never called
      ...(script.followUp ? { then: thenOf(script.followUp.who, mark) } : {}),
      ...(cap
        ? { 'frequency-cap': { messages: cap.messages, within: `${seconds(cap.withinMs)}s` } }
        : {}),
      ...(outcomes.length === 0
        ? { legs: legsOf(always, mark) }
        : {
            standby: { from: minuteOf(startAt - DAY_MS), until: minuteOf(startAt + DAY_MS) },
            outcomes: Object.fromEntries(
              outcomes.map((outcome) => {
                const own = legs.filter((leg) => leg.outcome === outcome);
                return [outcome, { legs: legsOf(own, mark) }];
              }),
            ),
          }),
    },
  };
  return {
    file: { name: `${burst}.json`, text: JSON.stringify(content) },
    files: { 'mail.md': { text: BODY }, 'more.md': { text: MORE } },
  };
}

/** In the words of the burst that it follows: they are approved together. */
function thenOf(who: Who, mark: string) {
  const after = `${seconds(FOLLOW_UP_MS)}s`;
  return { more: { who, after, body: 'more.md', subject: `There is more ${mark}` } };
}

function legsOf(legs: readonly LegScript[], mark: string) {
  // A series is one leg of a file: its first post says all of it.
  const said = legs.filter(({ series }) => series === undefined || series.slot === 0);
  return Object.fromEntries(said.map((leg) => [shortOf(leg), legOf(leg, mark)]));
}

/** `mail` of `mailwon` and of `won-mail`: in a file a leg of an outcome stands under its outcome. */
function shortOf({ leg, outcome, series }: LegScript): string {
  if (series) return series.name;
  return outcome === undefined ? leg : leg.replace(`${outcome}-`, '').replace(outcome, '');
}

function legOf(leg: LegScript, mark: string) {
  const timing = {
    offset: `${seconds(leg.offsetMs)}s`,
    late: `${seconds(leg.deadlineMs)}s`,
    'if-not-ready': leg.ifNotReady,
  };
  if (leg.kind === 'post') {
    const text = `It begins. ${mark} leg-${leg.leg} {call}`;
    const channel = leg.channel ?? 'mastodon';
    const calls = leg.series
      ? { series: leg.series.slots, every: `${seconds(SERIES_EVERY_MS)}s` }
      : 'join';
    return { channel, connection: 'social', calls, text, ...timing };
  }
  const list = leg.audience?.id ?? '';
  return {
    channel: 'email',
    to: leg.skipsConverted ? { list, except: ['converted'] } : list,
    calls: 'split',
    from: 'Nora at Example <nora@example.com>',
    subject: `It begins ${mark}`,
    body: 'mail.md',
    ...(leg.quiet ? { 'quiet-hours': quietOf(leg.quiet) } : {}),
    ...(leg.waves ? { waves: leg.waves.map(waveOf) } : {}),
    ...(leg.firstWave === undefined ? {} : { 'first-wave': leg.firstWave }),
    ...timing,
  };
}

function quietOf({ from, to, inside }: NonNullable<LegScript['quiet']>) {
  return { from: clockOf(from), to: clockOf(to), inside: inside.replace('_', '-') };
}

function waveOf({ share, afterMs, bet }: NonNullable<LegScript['waves']>[number]) {
  return {
    ...(share === undefined ? {} : { share: `${Math.round(share * 100)}%` }),
    ...(afterMs === undefined ? {} : { after: `${seconds(afterMs)}s` }),
    ...(bet ? { calls: 'best' } : {}),
  };
}

/** Minutes of the day as people write them. */
export function clockOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
