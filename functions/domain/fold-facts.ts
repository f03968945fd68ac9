// From facts to a tally: what one recipient or visitor counts for.

import { type AttributionRule, creditedLink } from './attribution.ts';
import { type Facts, marks } from './facts.ts';
import { classifyClicks } from './human-click.ts';
import { type Tally, TallyBuilder } from './tally.ts';

/** What a burst fixes for its counting. */
export interface FoldRule extends AttributionRule {
  /** The end of the counting window: first answers after it are late. */
  readonly countedUntil: number;
}

/** Cost: O(facts), and O(clicks squared) for one recipient of at most 200. */
export function foldFacts(all: Iterable<Facts>, rule: FoldRule): Tally {
  const builder = new TallyBuilder();
  for (const facts of all) foldOne(facts, rule, builder);
  return builder.tally;
}

function foldOne(facts: Facts, rule: FoldRule, builder: TallyBuilder): void {
  const reached = new Set<string>();
  if (facts.link !== '') foldEmail(facts, builder, reached);
  if (facts.clicks.length > 0) foldClicks(facts, rule, builder, reached);
  if (facts.conversions.length > 0) foldConversions(facts, rule, builder, reached);
  for (const link of reached) builder.add(link, 'exposed');
}

function foldEmail(facts: Facts, builder: TallyBuilder, reached: Set<string>): void {
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
}

function foldClicks(
  facts: Facts,
  rule: FoldRule,
  builder: TallyBuilder,
  reached: Set<string>,
): void {
  const kinds = classifyClicks(facts.clicks, facts.deliveredAt);
  const humans = new Set<string>();
  const all = new Set<string>();
  // Ascending by time, so the first of each link is its first click.
  for (const [index, { link, at }] of facts.clicks.entries()) {
    const isHuman = kinds[index] === 'human';
    const isInTime = at <= rule.countedUntil;
    reached.add(link);
    builder.add(link, isHuman ? 'humanClicks' : 'machineClicks');
    if (isInTime && !all.has(link)) builder.add(link, 'uniqueAll');
    all.add(link);
    if (!isHuman || humans.has(link)) continue;
    humans.add(link);
    builder.add(link, isInTime ? 'uniqueHuman' : 'lateClicks');
  }
}

function foldConversions(
  facts: Facts,
  rule: FoldRule,
  builder: TallyBuilder,
  reached: Set<string>,
): void {
  const touches = facts.clicks.filter((click) => !click.isBait);
  const firstAt = new Map<string, number>();
  for (const conversion of facts.conversions) {
    const link = creditedLink(conversion, touches, rule);
    if (link === undefined) continue;
    reached.add(link);
    builder.add(link, 'conversions');
    if (conversion.value !== 0) builder.add(link, 'value', conversion.value);
    firstAt.set(link, Math.min(firstAt.get(link) ?? conversion.at, conversion.at));
  }
  for (const [link, at] of firstAt) {
    builder.add(link, at <= rule.countedUntil ? 'converting' : 'lateConversions');
  }
}
