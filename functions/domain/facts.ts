// What is known of one recipient or visitor. Merging is idempotent and does not care for order:
// first times are minima, marks are sets, clicks and conversions are sets by time and by id.

import type { ConversionEvent } from './event.ts';
import type { AgentKind } from './human-click.ts';

/** Bits of `marks`. */
export const marks = {
  opened: 1,
  bounced: 2,
  deferred: 4,
  complained: 8,
  unsubscribed: 16,
} as const;

export interface ClickFact {
  readonly at: number;
  /** `leg/call`. */
  readonly link: string;
  readonly isHead: boolean;
  readonly isBait: boolean;
  readonly agent: AgentKind;
}

export interface ConversionFact {
  readonly id: string;
  readonly at: number;
  /** `leg/call` of the click id it came with; empty where it is known by person alone. */
  readonly link: string;
  /** Minor units; 0 where it has none. */
  readonly value: number;
  /** Somebody reported it by person, whether or not by click id as well; see `ConversionEvent`. */
  readonly byPerson?: ConversionEvent['byPerson'];
}

export interface Facts {
  /** `leg/call` of the email they got; empty for a visitor. */
  link: string;
  /** By attempt: bit 0 is the first. What SES said of it. */
  sentBits: number;
  refusedBits: number;
  marks: number;
  /** Milliseconds since 1970, to the tenth of a second. */
  deliveredAt: number | undefined;
  /** Ascending by time; equal time and link is one click. */
  clicks: readonly ClickFact[];
  /** Ascending by id. */
  conversions: readonly ConversionFact[];
}

/** Kept of one recipient or visitor; the earliest are kept, the rest is no longer told apart. */
export const clicksMax = 200;
export const conversionsMax = 200;

const DELIVERED_STEP_MS = 100;
const ATTEMPTS_MAX = 8;

export function noFacts(): Facts {
  return {
    link: '',
    sentBits: 0,
    refusedBits: 0,
    marks: 0,
    deliveredAt: undefined,
    clicks: [],
    conversions: [],
  };
}

/** True when it was news. A recipient gets one email, so its link never changes once known. */
export function mergeLink(facts: Facts, link: string): boolean {
  if (link === '' || (facts.link !== '' && facts.link <= link)) return false;
  facts.link = link;
  return true;
}

export function mergeMark(facts: Facts, mark: number): boolean {
  if ((facts.marks & mark) === mark) return false;
  facts.marks |= mark;
  return true;
}

export function mergeAttempt(
  facts: Facts,
  field: 'sentBits' | 'refusedBits',
  attempt: number,
): boolean {
  return mergeBits(facts, field, 1 << (Math.min(Math.max(attempt, 1), ATTEMPTS_MAX) - 1));
}

export function mergeDelivered(facts: Facts, at: number): boolean {
  const rounded = Math.floor(at / DELIVERED_STEP_MS) * DELIVERED_STEP_MS;
  if (facts.deliveredAt !== undefined && facts.deliveredAt <= rounded) return false;
  facts.deliveredAt = rounded;
  return true;
}

/** Requests of one link in the same millisecond are one click; of their kinds the worse counts. */
export function mergeClick(facts: Facts, click: ClickFact): boolean {
  const place = facts.clicks.findIndex((one) => compareClicks(one, click) >= 0);
  const known = place < 0 ? undefined : facts.clicks[place];
  if (known && compareClicks(known, click) === 0) {
    const both = worse(known, click);
    if (both === known) return false;
    facts.clicks = facts.clicks.with(place, both);
    return true;
  }
  if (place < 0 && facts.clicks.length >= clicksMax) return false;
  const at = place < 0 ? facts.clicks.length : place;
  facts.clicks = facts.clicks.toSpliced(at, 0, click).slice(0, clicksMax);
  return true;
}

/**
 * One id is one conversion; reported in different words, the earliest report with a click id
 * counts, else the earliest. That it was reported by person as well is kept beside it.
 */
export function mergeConversion(facts: Facts, conversion: ConversionFact): boolean {
  const place = facts.conversions.findIndex((one) => one.id >= conversion.id);
  const known = place < 0 ? undefined : facts.conversions[place];
  if (known?.id === conversion.id) {
    const both = joinedReports(known, conversion);
    if (both === known) return false;
    facts.conversions = facts.conversions.with(place, both);
    return true;
  }
  const at = place < 0 ? facts.conversions.length : place;
  if (facts.conversions.length >= conversionsMax && at >= conversionsMax) return false;
  facts.conversions = facts.conversions.toSpliced(at, 0, conversion).slice(0, conversionsMax);
  return true;
}

/** Adds everything another copy knows; true when it was news. */
export function mergeFacts(facts: Facts, other: Facts): boolean {
  const news = [
    mergeLink(facts, other.link),
    mergeBits(facts, 'sentBits', other.sentBits),
    mergeBits(facts, 'refusedBits', other.refusedBits),
    mergeMark(facts, other.marks),
    other.deliveredAt !== undefined && mergeDelivered(facts, other.deliveredAt),
    ...other.clicks.map((click) => mergeClick(facts, click)),
    ...other.conversions.map((conversion) => mergeConversion(facts, conversion)),
  ];
  return news.includes(true);
}

function mergeBits(facts: Facts, field: 'sentBits' | 'refusedBits', bits: number): boolean {
  if ((facts[field] & bits) === bits) return false;
  facts[field] |= bits;
  return true;
}

function compareClicks(a: ClickFact, b: ClickFact): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.link === b.link) return 0;
  return a.link < b.link ? -1 : 1;
}

const AGENT_RANK: { readonly [kind in AgentKind]: number } = { browser: 0, odd: 1, robot: 2 };

function worse(known: ClickFact, click: ClickFact): ClickFact {
  const isHead = known.isHead || click.isHead;
  const isBait = known.isBait || click.isBait;
  const agent = AGENT_RANK[click.agent] > AGENT_RANK[known.agent] ? click.agent : known.agent;
  const isSame = isHead === known.isHead && isBait === known.isBait && agent === known.agent;
  return isSame ? known : { at: known.at, link: known.link, isHead, isBait, agent };
}

const BY_PERSON = [undefined, 'credit', 'elsewhere'] as const;

function joinedReports(known: ConversionFact, other: ConversionFact): ConversionFact {
  const base = compareReports(known, other) <= 0 ? known : other;
  const ranks = [known, other].map(({ byPerson }) => BY_PERSON.indexOf(byPerson));
  const byPerson = BY_PERSON[Math.max(...ranks)];
  return byPerson === base.byPerson || byPerson === undefined ? base : { ...base, byPerson };
}

function compareReports(a: ConversionFact, b: ConversionFact): number {
  if ((a.link === '') !== (b.link === '')) return a.link === '' ? 1 : -1;
  if (a.at !== b.at) return a.at - b.at;
  if (a.link !== b.link) return a.link < b.link ? -1 : 1;
  return a.value - b.value;
}
