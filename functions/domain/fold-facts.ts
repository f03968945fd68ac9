// From facts to a tally: what one recipient or visitor counts for.

import { type AttributionRule, creditedLink, type Touch } from './attribution.ts';
import { type ConversionFact, type Facts, marks } from './facts.ts';
import { classifyClicks } from './human-click.ts';
import { type Arm, armRow, type Tally, TallyBuilder, waveRow } from './tally.ts';

/** What a burst fixes for its counting. */
export interface FoldRule extends AttributionRule {
  /** The end of the counting window: first answers after it are late. */
  readonly countedUntil: number;
  /** Ordinals that chance held back. */
  readonly heldOut?: readonly {
    readonly leg: string;
    readonly from: number;
    readonly to: number;
  }[];
  /** Of posts of a series: each is read until its own instant, all of them equally long. */
  readonly reads?: readonly { readonly leg: string; readonly until: number }[];
  /** Which first answers decide; absent: clicks. */
  readonly metric?: 'click' | 'conversion' | undefined;
  /** Nobody counts for more than this, in minor units; absent: values are summed and not compared. */
  readonly valueCap?: number | undefined;
  /** Of legs that leave in waves: where each wave's ordinals begin, ascending. */
  readonly waves?: readonly { readonly leg: string; readonly from: readonly number[] }[];
}

/** Steps of a capped value: enough for a rate of money, and squares of them stay exact. */
export const quantaMax = 1_000;

/** By ordinal as text, or by visitor. Cost: O(facts), O(clicks squared) for one of at most 200. */
export function foldFacts(
  all: Iterable<readonly [holder: string, facts: Facts]>,
  rule: FoldRule,
): Tally {
  const builder = new TallyBuilder();
  for (const [holder, facts] of all) foldOne({ holder, facts, rule, builder });
  return builder.tally;
}

interface One {
  readonly holder: string;
  readonly facts: Facts;
  readonly rule: FoldRule;
  readonly builder: TallyBuilder;
}

/** What came of the clicks: which links were reached, and which answered when. */
interface Came {
  readonly reached: Set<string>;
  readonly answeredAt: Map<string, number>;
  isScanned: boolean;
}

function foldOne(one: One): void {
  const { facts, rule, builder } = one;
  if (foldArm(one) === 'held_out') return;
  const came: Came = { reached: new Set(), answeredAt: new Map(), isScanned: false };
  if (facts.link !== '') foldEmail(one, came);
  if (facts.clicks.length > 0) foldClicks(one, came);
  if (facts.conversions.length > 0) foldConversions(one, came);
  for (const link of came.reached) {
    builder.add(link, 'exposed');
    const wave = waveOf(one, link);
    if (wave !== undefined) builder.add(waveRow(link, wave), 'exposed');
    if (came.isScanned) builder.add(link, 'scanned');
  }
  for (const [link, at] of came.answeredAt) {
    builder.addAnswer(link, at - rule.releasedAt);
    if (came.isScanned) builder.add(link, 'scannedAnswers');
    const wave = waveOf(one, link);
    if (wave !== undefined) builder.add(waveRow(link, wave), answerOf(rule));
  }
}

/**
 * What the messages brought is told from conversions by person alone: by click id, nobody who was
 * held back could ever be seen to convert. Whoever was held back counts for no call.
 */
function foldArm({ holder, facts, rule, builder }: One): Arm | undefined {
  const { heldOut = [], releasedAt, countedUntil } = rule;
  if (heldOut.length === 0) return undefined;
  const place = Number(holder);
  const arm = heldOut.some(({ from, to }) => place >= from && place < to) ? 'held_out' : 'treated';
  const isCounted = facts.conversions.some(
    ({ at, byPerson }) => byPerson !== undefined && at >= releasedAt && at <= countedUntil,
  );
  if (isCounted) builder.add(armRow(arm), 'converting');
  return arm;
}

function answerOf({ metric }: FoldRule): 'uniqueHuman' | 'converting' {
  return metric === 'conversion' ? 'converting' : 'uniqueHuman';
}

/** Until when answers through this link count. */
function untilOf({ countedUntil, reads }: FoldRule, link: string): number {
  const own = reads?.find(({ leg }) => link.startsWith(`${leg}/`));
  return own ? Math.min(own.until, countedUntil) : countedUntil;
}

function waveOf({ holder, rule }: One, link: string): number | undefined {
  const own = rule.waves?.find(({ leg }) => link.startsWith(`${leg}/`));
  if (!own) return undefined;
  const place = own.from.findLastIndex((from) => from <= Number(holder));
  return place < 0 ? undefined : place;
}

function foldEmail({ facts, builder }: One, { reached }: Came): void {
  const { link } = facts;
  if (facts.sentBits !== 0) builder.add(link, 'sent');
  if (facts.refusedBits !== 0) builder.add(link, 'refused');
  if (facts.deliveredAt !== undefined) {
    builder.add(link, 'delivered');
    reached.add(link);
  }
  if (facts.marks & marks.bounced) builder.add(link, 'bounced');
  if (facts.marks & marks.complained) builder.add(link, 'complained');
  if (facts.marks & marks.opened) builder.add(link, 'opened');
  if (facts.marks & marks.unsubscribed) builder.add(link, 'unsubscribed');
}

function foldClicks({ facts, rule, builder }: One, came: Came): void {
  const kinds = classifyClicks(facts.clicks, facts.deliveredAt);
  const humans = new Set<string>();
  const all = new Set<string>();
  // Ascending by time, so the first of each link is its first click.
  for (const [index, { link, at }] of facts.clicks.entries()) {
    const isHuman = kinds[index] === 'human';
    const isInTime = at <= untilOf(rule, link);
    came.reached.add(link);
    came.isScanned ||= !isHuman;
    builder.add(link, isHuman ? 'humanClicks' : 'machineClicks');
    if (isInTime && !all.has(link)) builder.add(link, 'uniqueAll');
    all.add(link);
    if (!isHuman || humans.has(link)) continue;
    humans.add(link);
    builder.add(link, isInTime ? 'uniqueHuman' : 'lateClicks');
    if (isInTime && rule.metric !== 'conversion') came.answeredAt.set(link, at);
  }
}

/** Known by person alone it has no click id that proves a click. */
function linkOf(
  conversion: ConversionFact,
  touches: readonly Touch[],
  rule: FoldRule,
): string | undefined {
  if (conversion.link === '' && conversion.byPerson === 'elsewhere') return undefined;
  const link = creditedLink(conversion, touches, rule);
  return link === '' ? undefined : link;
}

function foldConversions({ facts, rule, builder }: One, came: Came): void {
  const touches = facts.clicks.filter((click) => !click.isBait);
  const first = new Map<string, { at: number; value: number }>();
  for (const conversion of facts.conversions) {
    const link = linkOf(conversion, touches, rule);
    if (link === undefined) continue;
    came.reached.add(link);
    builder.add(link, 'conversions');
    if (conversion.value !== 0) builder.add(link, 'value', conversion.value);
    const own = first.get(link) ?? { at: conversion.at, value: 0 };
    const counted = conversion.at <= untilOf(rule, link) ? conversion.value : 0;
    first.set(link, { at: Math.min(own.at, conversion.at), value: own.value + counted });
  }
  for (const [link, { at, value }] of first) {
    const isInTime = at <= untilOf(rule, link);
    builder.add(link, isInTime ? 'converting' : 'lateConversions');
    if (!isInTime) continue;
    if (rule.metric === 'conversion') came.answeredAt.set(link, at);
    foldValue(builder, link, value, rule);
  }
}

function foldValue(builder: TallyBuilder, link: string, value: number, rule: FoldRule): void {
  if (value <= 0 || rule.valueCap === undefined) return;
  const quanta = Math.round((Math.min(value, rule.valueCap) / rule.valueCap) * quantaMax);
  builder.add(link, 'buyers');
  builder.add(link, 'quanta', quanta);
  builder.add(link, 'quantaSquares', quanta ** 2);
}
