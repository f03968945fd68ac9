// What the people of one seed want: bursts with their legs and moments, and everything they do
// while the system works, at every moment it may hurt.

import { type Audience, audienceOf } from './audience.ts';
import { asFile, SERIES_EVERY_MS } from './campaign-file.ts';
import {
  type BurstExtras,
  drawBurstExtras,
  drawExtraActs,
  drawLegExtras,
  type ExtraAct,
  type LegExtras,
} from './extras.ts';
import type { Stream } from './stream.ts';

/** Servers of four kinds: what a lost answer may be followed by differs between them. */
export type PostChannel = 'mastodon' | 'named' | 'staged' | 'bare';

export interface LegScript extends LegExtras {
  readonly leg: string;
  readonly kind: 'email' | 'post';
  /** Of a post; absent: a server of the Mastodon family. */
  readonly channel?: PostChannel;
  readonly audience?: Audience;
  readonly offsetMs: number;
  readonly deadlineMs: number;
  readonly ifNotReady: 'hold' | 'drop' | 'go';
  readonly outcome?: string;
  /** One of several posts, each with the call that chance gives it. */
  readonly series?: { readonly name: string; readonly slot: number; readonly slots: number };
}

export type Act =
  | { readonly kind: 'plan' }
  /** Careful: of the very burst that somebody looked at before, or not at all. */
  | { readonly kind: 'edit'; readonly version: number; readonly isCareful?: true }
  /** Of the words of this version; absent: of those that were planned last. */
  | { readonly kind: 'approve'; readonly version?: number }
  | { readonly kind: 'schedule'; readonly momentAt: number }
  | { readonly kind: 'standby'; readonly from: number; readonly until: number }
  | { readonly kind: 'fire'; readonly outcome?: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'cancel' }
  | {
      readonly kind: 'suppress';
      readonly address: string;
      readonly reason: 'by_operator' | 'withdrawn' | 'unsubscribed';
    }
  | ExtraAct;

/** An act and when somebody begins to try it. */
export interface Doing {
  readonly at: number;
  readonly burst: string;
  readonly act: Act;
  /** Its place in the script as it was drawn. */
  readonly place?: number;
}

export type Who = 'converted' | 'not-converted' | 'clicked' | 'not-clicked';

export interface BurstScript extends BurstExtras {
  readonly burst: string;
  /** Planned from a campaign file while the world runs; else it is there from the start. */
  readonly isFile?: true;
  /** Of those it reached, these get another email ten minutes after the moment. */
  readonly followUp?: { readonly burst: string; readonly who: Who };
  readonly needsSecond: boolean;
  readonly policy: 'at-most-once' | 'resend-when-unproven';
  readonly legs: readonly LegScript[];
  readonly outcomes: readonly string[];
}

export interface Script {
  readonly startAt: number;
  readonly bursts: readonly BurstScript[];
  readonly doings: readonly Doing[];
  /** The last moment at which anybody means to do something. */
  readonly lastAt: number;
  readonly statedPerSecond: number;
}

const POST_CHANNELS: readonly PostChannel[] = [
  'mastodon',
  'mastodon',
  'mastodon',
  'mastodon',
  'named',
  'named',
  'staged',
  'staged',
  'bare',
];

/** Of the bursts whose words nobody changes. */
const FILE_SHARE = 0.05;
/** Of the bursts from files. */
const FOLLOW_UP_SHARE = 0.33;
/** Those who answer are few: follow-ups to them are drawn more often. */
const WHO: readonly Who[] = [
  'converted',
  'converted',
  'clicked',
  'clicked',
  'not-converted',
  'not-clicked',
];
const SERIES_SHARE = 0.25;
/** What people do with a burst from a file begins so much later. */
const PLANNED_MS = 4_000;
/** 2027-03-04T00:00:00Z; some worlds begin shortly before midnight. */
const BASE = 1_804_118_400_000;
const SIZES = [30, 60, 100, 140, 170, 200, 240, 300, 380] as const;
/** In one world; what happens between bursts needs few of them. */
const BURSTS = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3] as const;
/** Slow accounts less often: their worlds take many times the calls of the others. */
const RATES = [7, 14, 30, 30, 60, 60, 60, 100, 100, 100, 200, 200, 200, 500, 500, 500] as const;

/** In fair weather nobody has second thoughts: everything is ordered once and in time. */
export async function drawScript(stream: Stream, isFair = false): Promise<Script> {
  const own = stream.fork('script');
  const startAt =
    BASE + (own.chance(0.2) ? 86_400_000 - own.integer(1, 120_000) : own.integer(0, 80_000_000));
  const statedPerSecond = own.pick(RATES);
  const bursts: BurstScript[] = [];
  const doings: Doing[] = [];
  const count = isFair ? 1 : own.pick(BURSTS);
  let people = 0;
  for (let index = 1; index <= count; index += 1) {
    const isLast = index === count;
    const least = isLast ? Math.max(0, 200 - people) : 0;
    const drawn = await drawBurst(stream.fork(`burst${index}`), `b${index}`, least);
    const whole = isFair ? drawn : withExtras(stream.fork(`extras${index}`), drawn, startAt);
    people += whole.legs.reduce((sum, leg) => sum + (leg.audience?.addresses.length ?? 0), 0);
    const from = startAt + laterBy(stream.fork(`later${index}`), index);
    const around = { startAt: from, statedPerSecond, isFair };
    const { burst, does } = planned(stream, index, whole, around);
    bursts.push(burst);
    doings.push(...does);
  }
  doings.sort((one, other) => one.at - other.at);
  const lastAt = Math.max(...doings.map(lastOf));
  const placed = doings.map((doing, place) => ({ ...doing, place }));
  return { startAt, bursts, doings: placed, lastAt, statedPerSecond };
}

/** Some bursts come from a campaign file: all whose words somebody changes, and a few others. */
function planned(
  stream: Stream,
  index: number,
  burst: BurstScript,
  around: Surroundings,
): { readonly burst: BurstScript; readonly does: readonly Doing[] } {
  const draw = (of: BurstScript, after: number) =>
    drawDoings(stream.fork(`doings${index}`), of, { ...around, startAt: around.startAt + after });
  const does = draw(burst, 0);
  const own = stream.fork(`file${index}`);
  if (!own.chance(FILE_SHARE) && !does.some(({ act }) => act.kind === 'edit')) {
    return { burst, does };
  }
  const file = asFile(around.isFair ? burst : withMore(own, burst));
  const at = around.startAt + own.between(0, PLANNED_MS - 500);
  const plan: Doing = { at, burst: burst.burst, act: { kind: 'plan' } };
  const rest = draw(file, PLANNED_MS);
  const race = around.isFair ? [] : drawRace(own.fork('race'), file, rest);
  const end = drawSeriesEnd(own.fork('end'), file, rest);
  const answers = drawAnswers(own.fork('answers'), file, rest);
  return { burst: file, does: [plan, ...rest, ...race, ...end, ...answers] };
}

function withMore(stream: Stream, burst: BurstScript): BurstScript {
  const own = stream.fork('follow-up');
  const said = withSeries(stream.fork('series'), burst);
  if (!own.chance(FOLLOW_UP_SHARE)) return said;
  const who = own.pick(WHO);
  return { ...said, followUp: { burst: `${burst.burst}-more`, who } };
}

/** Now and then a post becomes several, ten minutes from one to the next. */
function withSeries(stream: Stream, burst: BurstScript): BurstScript {
  if (!stream.chance(SERIES_SHARE)) return burst;
  const slots = stream.pick([2, 2, 2, 4]);
  const legs = burst.legs.flatMap((leg): LegScript[] => {
    if (leg.kind === 'email' || leg.outcome !== undefined || leg.leg !== 'post') return [leg];
    // Of these the network can tell which post it was.
    const channel = stream.pick(['named', 'staged', 'bare'] as const);
    return Array.from({ length: slots }, (_, slot) => ({
      ...leg,
      leg: `${leg.leg}-${String(slot + 1).padStart(2, '0')}`,
      channel,
      offsetMs: leg.offsetMs + slot * SERIES_EVERY_MS,
      series: { name: leg.leg, slot, slots },
    }));
  });
  return { ...burst, legs };
}

/** Whoever is to get more by what she answers has to answer. */
function drawAnswers(stream: Stream, { burst, followUp }: BurstScript, doings: readonly Doing[]) {
  const first = doings.find(({ act }) => act.kind === 'schedule' || act.kind === 'fire');
  if (!first || !followUp) return [];
  const kind = followUp.who.endsWith('clicked') ? 'click' : 'convert';
  return Array.from({ length: stream.integer(1, 6) }, (): Doing => {
    return { at: lastOf(first) + stream.between(2_000, 60_000), burst, act: { kind } };
  });
}

/** Whoever has seen the first post of a series may not want the others. */
function drawSeriesEnd(stream: Stream, { burst, legs }: BurstScript, doings: readonly Doing[]) {
  const first = doings.find(({ act }) => act.kind === 'schedule' || act.kind === 'fire');
  if (!first || !legs.some(({ series }) => series) || !stream.chance(0.3)) return [];
  const at = lastOf(first) + stream.between(2_000, 60_000);
  return (['stop', 'abandon'] as const).map(
    (kind, index): Doing => ({ at: at + index * 3_000, burst, act: { kind } }),
  );
}

/** Two people at once: one schedules, one changes the words of what she saw before. */
function drawRace(stream: Stream, { burst, needsSecond }: BurstScript, doings: readonly Doing[]) {
  const first = doings.find(({ act }) => act.kind === 'schedule' || act.kind === 'standby');
  if (!first || !stream.chance(0.75)) return [];
  const race: Doing[] = [];
  const does = (at: number, act: Act) => race.push({ at, burst, act });
  const at = first.at + stream.between(-150, 30);
  does(at, { kind: 'edit', version: 2, ...(stream.chance(0.8) ? { isCareful: true } : {}) });
  // Whoever won, somebody sees to it that it leaves; half of the approvers read the first words.
  if (needsSecond && stream.chance(0.8)) {
    does(at + 1_500, { kind: 'approve', ...(stream.chance(0.5) ? { version: 1 } : {}) });
  }
  if (stream.chance(0.7)) does(at + stream.between(2_500, 6_000), first.act);
  return race;
}

/** Now and then a burst begins when the one before it has been sent already. */
function laterBy(stream: Stream, index: number): number {
  return index > 1 && stream.chance(0.35) ? stream.integer(60_000, 180_000) : 0;
}

function lastOf(doing: Doing): number {
  const { act, at } = doing;
  return Math.max(at, act.kind === 'schedule' ? act.momentAt : at);
}

function withExtras(stream: Stream, burst: BurstScript, startAt: number): BurstScript {
  const legs = burst.legs.map((leg): LegScript => {
    const own = stream.fork(leg.leg);
    if (leg.kind === 'post') {
      return { ...leg, channel: own.pick(POST_CHANNELS) };
    }
    const size = leg.audience?.addresses.length ?? 0;
    // Now and then somebody wants silence to end a leg early.
    const deadlineMs = own.fork('late').chance(0.1) ? 40_000 : leg.deadlineMs;
    return { ...leg, deadlineMs, ...drawLegExtras(own, startAt, size) };
  });
  return { ...burst, legs, ...drawBurstExtras(stream.fork('burst')) };
}

/** At least 200 people a world, an email and a post in every burst. */
async function drawBurst(stream: Stream, burst: string, least: number): Promise<BurstScript> {
  const isFired = stream.chance(0.25);
  const outcomes = isFired && stream.chance(0.5) ? ['won', 'lost'] : [];
  const sizes = SIZES.filter((one) => one >= least);
  // Small lists more often than large ones: what can go wrong does not need many people.
  const size = sizes[Math.floor(sizes.length * stream.fraction() ** 10)] ?? 200;
  const legs: LegScript[] = [];
  const leg = async (name: string, made?: Promise<Audience>, outcome?: string) => {
    const audience = await made;
    const isEmail = audience !== undefined;
    legs.push({
      leg: name,
      kind: isEmail ? 'email' : 'post',
      ...(audience ? { audience } : {}),
      offsetMs: drawOffset(stream),
      deadlineMs: isEmail ? 7_200_000 : stream.pick([5_000, 60_000, 60_000]),
      ifNotReady: stream.pick(['hold', 'drop', 'go', 'go']),
      ...(outcome === undefined ? {} : { outcome }),
    });
  };
  if (outcomes.length > 0) {
    const half = SIZES.find((one) => one >= size / 2) ?? size;
    await leg('mailwon', audienceOf('north', half), 'won');
    await leg('maillost', audienceOf('south', half), 'lost');
    await leg('postwon', undefined, 'won');
    await leg('postlost', undefined, 'lost');
  } else {
    await leg('mail', audienceOf('north', size));
    if (stream.chance(0.25))
      await leg('mailtwo', audienceOf('south', stream.pick(SIZES.slice(0, 2))));
    // The same people again: one message per person all the same.
    if (stream.chance(0.1)) await leg('mailthree', audienceOf('north', 30));
    await leg('post');
    if (stream.chance(0.15)) await leg('posttwo');
  }
  return {
    burst,
    needsSecond: stream.chance(0.5),
    policy: stream.chance(0.25) ? 'resend-when-unproven' : 'at-most-once',
    legs,
    outcomes,
  };
}

function drawOffset(stream: Stream): number {
  if (stream.chance(0.7)) return 0;
  return stream.pick([-20_000, -3_000, -1_500, 1_000, 2_500, 15_000, 30_000]);
}

interface Surroundings {
  readonly startAt: number;
  readonly statedPerSecond: number;
  readonly isFair: boolean;
}

function drawDoings(stream: Stream, burst: BurstScript, around: Surroundings): Doing[] {
  const { startAt, statedPerSecond, isFair } = around;
  if (isFair) return orderOnce(stream, burst, startAt);
  const people = burst.legs.reduce((sum, leg) => sum + (leg.audience?.addresses.length ?? 0), 0);
  const drainMs = (people / statedPerSecond) * 1_000;
  const doings: Doing[] = [];
  const does = (at: number, act: Act) => doings.push({ at, burst: burst.burst, act });
  const begin = startAt + stream.between(0, 20_000);
  if (burst.needsSecond) {
    if (stream.chance(0.05))
      does(begin - 2_000, { kind: 'schedule', momentAt: Math.round(begin + 90_000) });
    does(begin, { kind: 'approve' });
  }
  // Other words before anything is scheduled: whoever approved the first ones must do it again.
  if (stream.chance(0.08)) {
    does(begin + 1_000, { kind: 'edit', version: 2 });
    if (burst.needsSecond && stream.chance(0.8)) does(begin + 2_000, { kind: 'approve' });
  }
  const isFired = burst.outcomes.length > 0 || stream.chance(0.2);
  // Far enough for legs that start before T; seldom beyond the horizon.
  const lead = stream.chance(0.08)
    ? stream.between(280_000, 420_000)
    : stream.between(30_000, 70_000);
  const momentAt = Math.round(begin + lead);
  if (isFired) {
    const from = Math.round(begin + stream.between(5_000, 40_000));
    does(begin + 3_000, { kind: 'standby', from, until: from + stream.integer(60_000, 240_000) });
    const outcome = burst.outcomes.length > 0 ? stream.pick(burst.outcomes) : undefined;
    const fire: Act = outcome === undefined ? { kind: 'fire' } : { kind: 'fire', outcome };
    if (stream.chance(0.85)) {
      const at = from + stream.between(-2_000, stream.chance(0.15) ? 45_000 : 7_000);
      does(at, fire);
      // People press twice.
      if (stream.chance(0.2)) does(at + stream.between(0, 2_000), fire);
      disturb(stream, burst, { momentAt: at, drainMs }, does);
    } else does(from + stream.between(0, 60_000), { kind: 'cancel' });
  } else {
    does(begin + 3_000, { kind: 'schedule', momentAt });
    if (stream.chance(0.12)) replan(stream, burst, begin, momentAt, does);
    disturb(stream, burst, { momentAt, drainMs }, does);
  }
  return doings;
}

/** Approved, given its moment or fired, and left alone. */
function orderOnce(stream: Stream, burst: BurstScript, startAt: number): Doing[] {
  const doings: Doing[] = [];
  const does = (after: number, act: Act) => {
    doings.push({ at: startAt + after, burst: burst.burst, act });
  };
  if (burst.needsSecond) does(0, { kind: 'approve' });
  if (burst.outcomes.length > 0 || stream.chance(0.2)) {
    does(2_000, { kind: 'standby', from: startAt + 10_000, until: startAt + 200_000 });
    const outcome = burst.outcomes.length > 0 ? stream.pick(burst.outcomes) : undefined;
    const after = stream.between(15_000, 60_000);
    does(after, outcome === undefined ? { kind: 'fire' } : { kind: 'fire', outcome });
  } else {
    const momentAt = Math.round(startAt + stream.between(40_000, 110_000));
    does(2_000, { kind: 'schedule', momentAt });
  }
  return doings;
}

/** Second thoughts before the moment: other words, or another moment. */
function replan(
  stream: Stream,
  burst: BurstScript,
  begin: number,
  momentAt: number,
  does: (at: number, act: Act) => void,
): void {
  const at = begin + stream.between(4_000, momentAt - begin);
  const later = Math.round(Math.max(momentAt, at) + stream.between(20_000, 60_000));
  if (stream.chance(0.5)) {
    does(at, { kind: 'edit', version: 2 });
    if (burst.needsSecond && stream.chance(0.8)) does(at + 2_000, { kind: 'approve' });
    does(at + 4_000, { kind: 'schedule', momentAt: later });
  } else does(at, { kind: 'schedule', momentAt: later });
}

/** What people do around and after the moment. */
function disturb(
  stream: Stream,
  burst: BurstScript,
  release: { readonly momentAt: number; readonly drainMs: number },
  does: (at: number, act: Act) => void,
): void {
  const { momentAt, drainMs } = release;
  if (stream.chance(0.12)) {
    does(momentAt + stream.between(-8_000, 500), { kind: 'cancel' });
  }
  if (stream.chance(0.3)) {
    const at = stream.chance(0.6)
      ? momentAt + stream.between(-500, drainMs)
      : momentAt + stream.logUniform(10, 20_000) - 100;
    does(at, { kind: 'stop' });
    if (stream.chance(0.3)) does(at + stream.between(0, 1_000), { kind: 'stop' });
    if (stream.chance(0.6)) does(at + stream.logUniform(100, 60_000), { kind: 'resume' });
    if (stream.chance(0.3)) does(at + stream.logUniform(1_000, 90_000), { kind: 'stop' });
    if (stream.chance(0.3)) does(at + stream.logUniform(1_000, 90_000), { kind: 'abandon' });
  }
  const suppressions = stream.pick([0, 0, 1, 3, 10]);
  const addresses = burst.legs.flatMap((leg) => leg.audience?.addresses ?? []);
  for (let index = 0; index < suppressions; index += 1) {
    const at = momentAt + stream.between(-15_000, 15_000);
    const address = stream.pick(addresses);
    const reason = stream
      .fork(`why${index}`)
      .pick(['by_operator', 'withdrawn', 'unsubscribed'] as const);
    does(at, { kind: 'suppress', address, reason });
  }
  // Whoever finds it stopped by a breaker, or by anybody, lets it go on.
  const again = stream.fork('again');
  if (again.chance(0.2)) does(momentAt + again.between(3_000, 60_000), { kind: 'resume' });
  drawExtraActs(
    stream.fork('extra'),
    {
      momentAt,
      drainMs,
      people: burst.legs.flatMap(({ audience }) =>
        (audience?.addresses ?? []).map((address) => ({ audience: audience?.id ?? '', address })),
      ),
      waves: burst.legs.flatMap(({ leg, waves }) =>
        waves ? [{ leg, count: waves.length, isBet: waves.some(({ bet }) => bet) }] : [],
      ),
    },
    does,
  );
}
