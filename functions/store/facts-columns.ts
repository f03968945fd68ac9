// Facts as columns of whole numbers: like stands beside like, so that a segment packs to about a
// kilobyte.

import * as z from 'zod/mini';
import { type ClickFact, type ConversionFact, type Facts, noFacts } from '#domain/facts.ts';
import type { AgentKind } from '#domain/human-click.ts';
import type { Key } from '#domain/ports.ts';
import { corrupt } from './item.ts';

/** As strict as an array of numbers, at a tenth of the cost for the thousands of them in a batch. */
const Numbers = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((one) => Number.isFinite(one)),
);
const Texts = z.array(z.string());

export const FactsColumns = z.strictObject({
  /** Every `leg/call` that occurs; the columns hold places in it, one more than the index. */
  links: z.array(z.string()),
  /** Instants are counted from here. */
  from: z.number(),
  /** Whose facts: texts, or ordinals as the distance from the one before ... */
  keys: z.union([Numbers, Texts]),
  link: Numbers,
  sent: Numbers,
  refused: Numbers,
  marks: Numbers,
  /** Tenths of a second after `from`, one more; 0 where it is not known. */
  delivered: Numbers,
  /** For each who clicked: place, number of clicks, then milliseconds, link and flags of each. */
  clicks: Numbers,
  /** For each conversion: place, milliseconds, link, value. */
  conversions: Numbers,
  conversionIds: z.array(z.string()),
  /** Of each conversion, where any was reported by person: its place in `BY_PERSON`. */
  byPerson: z.optional(Numbers),
});
export type FactsColumns = z.output<typeof FactsColumns>;

const TENTH_MS = 100;
const AGENTS: readonly AgentKind[] = ['browser', 'odd', 'robot'];
const BY_PERSON = [undefined, 'credit', 'elsewhere'] as const;
const HEAD = 4;
const BAIT = 8;

export function factsColumns(all: ReadonlyMap<string, Facts>): FactsColumns {
  const { entries, areOrdinals } = sorted(all);
  const from = earliest(entries.map(([, facts]) => facts));
  const links: string[] = [];
  const placeOf = (link: string): number => {
    if (link === '') return 0;
    const index = links.indexOf(link);
    return index < 0 ? links.push(link) : index + 1;
  };
  const clicks: number[] = [];
  const conversions: number[] = [];
  const conversionIds: string[] = [];
  const byPerson: number[] = [];
  for (const [place, [, facts]] of entries.entries()) {
    if (facts.clicks.length > 0) clicks.push(place, facts.clicks.length);
    let last = from;
    for (const { at, link, isHead, isBait, agent } of facts.clicks) {
      const flags = AGENTS.indexOf(agent) + (isHead ? HEAD : 0) + (isBait ? BAIT : 0);
      clicks.push(at - last, placeOf(link), flags);
      last = at;
    }
    for (const conversion of facts.conversions) {
      const { id, at, link, value } = conversion;
      conversions.push(place, at - from, placeOf(link), value);
      conversionIds.push(id);
      byPerson.push(BY_PERSON.indexOf(conversion.byPerson));
    }
  }
  const column = (of: (facts: Facts) => number) => entries.map(([, facts]) => of(facts));
  return {
    from,
    keys: shortKeys(entries, areOrdinals),
    link: column((facts) => placeOf(facts.link)),
    sent: column((facts) => facts.sentBits),
    refused: column((facts) => facts.refusedBits),
    marks: column((facts) => facts.marks),
    delivered: column(({ deliveredAt }) =>
      deliveredAt === undefined ? 0 : Math.round((deliveredAt - from) / TENTH_MS) + 1,
    ),
    clicks,
    conversions,
    conversionIds,
    ...(byPerson.some((one) => one > 0) ? { byPerson } : {}),
    links,
  };
}

/** Throws Fault `store_corrupt` when the columns do not fit together. */
export function factsOf(columns: FactsColumns, key: Key): Map<string, Facts> {
  const { from } = columns;
  const keys = fullKeys(columns.keys);
  for (const name of ['link', 'sent', 'refused', 'marks', 'delivered'] as const) {
    if (columns[name].length !== keys.length) throw corrupt(key, `column ${name} is too short`);
  }
  const linkAt = (place: number): string => (place === 0 ? '' : (columns.links[place - 1] ?? ''));
  const list = keys.map((_, index): Facts => {
    const delivered = columns.delivered[index] ?? 0;
    return {
      ...noFacts(),
      link: linkAt(columns.link[index] ?? 0),
      sentBits: columns.sent[index] ?? 0,
      refusedBits: columns.refused[index] ?? 0,
      marks: columns.marks[index] ?? 0,
      deliveredAt: delivered === 0 ? undefined : from + (delivered - 1) * TENTH_MS,
    };
  });
  for (const [place, clicks] of clicksOf(columns, linkAt)) at(list, place, key).clicks = clicks;
  for (const [place, found] of conversionsOf(columns, linkAt, key)) {
    at(list, place, key).conversions = found;
  }
  return new Map(keys.map((name, index) => [name, at(list, index, key)]));
}

const ORDINAL = /^(?:0|[1-9]\d{0,8})$/;

function sorted(all: ReadonlyMap<string, Facts>) {
  const entries = [...all];
  const areOrdinals = entries.every(([key]) => ORDINAL.test(key));
  if (areOrdinals) entries.sort(([a], [b]) => Number(a) - Number(b));
  return { entries, areOrdinals };
}

function shortKeys(entries: readonly [string, Facts][], areOrdinals: boolean): string[] | number[] {
  if (!areOrdinals) return entries.map(([key]) => key);
  return entries.map(([key], index) => Number(key) - Number(entries[index - 1]?.[0] ?? 0));
}

function fullKeys(keys: readonly string[] | readonly number[]): string[] {
  let last = 0;
  return keys.map((key) => {
    if (typeof key === 'string') return key;
    last += key;
    return String(last);
  });
}

function at(list: readonly Facts[], place: number, key: Key): Facts {
  const facts = list[place];
  if (!facts) throw corrupt(key, `there is no place ${place}`);
  return facts;
}

function clicksOf(columns: FactsColumns, linkAt: (place: number) => string) {
  const found = new Map<number, ClickFact[]>();
  const { clicks } = columns;
  for (let index = 0; index < clicks.length; ) {
    const place = clicks[index] ?? 0;
    const count = clicks[index + 1] ?? 0;
    index += 2;
    let last = columns.from;
    const list: ClickFact[] = [];
    for (let read = 0; read < count; read += 1, index += 3) {
      last += clicks[index] ?? 0;
      const flags = clicks[index + 2] ?? 0;
      list.push({
        at: last,
        link: linkAt(clicks[index + 1] ?? 0),
        isHead: (flags & HEAD) !== 0,
        isBait: (flags & BAIT) !== 0,
        agent: AGENTS[flags & 3] ?? 'robot',
      });
    }
    found.set(place, list);
  }
  return found;
}

function conversionsOf(columns: FactsColumns, linkAt: (place: number) => string, key: Key) {
  const found = new Map<number, ConversionFact[]>();
  const { conversions, conversionIds } = columns;
  if (conversions.length !== conversionIds.length * 4) throw corrupt(key, 'conversions lack ids');
  for (const [index, id] of conversionIds.entries()) {
    const [place = 0, offset = 0, link = 0, value = 0] = conversions.slice(
      index * 4,
      index * 4 + 4,
    );
    const list = found.get(place) ?? [];
    const byPerson = BY_PERSON[columns.byPerson?.[index] ?? 0];
    const fact = { id, at: columns.from + offset, link: linkAt(link), value };
    list.push(byPerson === undefined ? fact : { ...fact, byPerson });
    found.set(place, list);
  }
  return found;
}

/** The earliest instant, to a full tenth of a second so that deliveries stay exact. */
function earliest(all: readonly Facts[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const facts of all) {
    first = Math.min(first, facts.deliveredAt ?? first, facts.clicks[0]?.at ?? first);
    for (const { at } of facts.conversions) first = Math.min(first, at);
  }
  return Number.isFinite(first) ? Math.floor(first / TENTH_MS) * TENTH_MS : 0;
}
