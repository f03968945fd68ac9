// Counts parts of the recipients: by mailbox provider, to see where a split moved, and by registered
// segment, to see whom a call harms. The events keep no such counts: everybody is looked through.

import type { Facts } from '#domain/facts.ts';
import { depthOf, LEAF_ORDINALS, leafPath } from '#domain/facts-place.ts';
import { type FoldRule, foldFacts } from '#domain/fold-facts.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { isErased } from '#domain/suppression.ts';
import { countOf, type Tally } from '#domain/tally.ts';
import { loadNode } from '#store/facts.ts';
import type { Frame, Parts } from '#store/tallies.ts';
import { createAtMost } from './at-most.ts';
import { membersOf } from './members-of.ts';
import { nameProviders } from './name-providers.ts';

/** Of a longer list an even sample is looked through: more than enough to see a split that moved. */
const LOOKED_MAX = 500_000;
/** Domains beyond count together: each of them has few people. */
const DOMAINS_MAX = 20_000;
const CHUNKS_AT_ONCE = 4;

export interface CountParts {
  readonly table: Table;
  readonly burst: string;
  readonly head: ManifestHead;
  readonly frame: Frame;
  readonly rule: FoldRule;
  readonly now: number;
}

/** Exposures by row, for whom they are. */
type Exposed = Map<string, Record<string, number>>;
type Segments = Map<string, Parts['segments'][number]>;

/** Whether chance split any email leg over several calls: parts of one call say nothing. */
export function hasParts({ legs }: Frame): boolean {
  return legs.some(
    ({ kind, shares }) => kind === 'email' && shares.filter(({ weight }) => weight > 0).length > 1,
  );
}

/**
 * Of a list above half a million so many of it are looked at, in evenly spaced chunks. Cost: for
 * 2,000 recipients about 14 read units and 5 ms; nothing is written.
 */
export async function countParts(input: CountParts): Promise<Parts> {
  const { table, head, now } = input;
  const byDomain: Exposed = new Map();
  const segments: Segments = new Map();
  const reads = createAtMost(CHUNKS_AT_ONCE);
  const chunks = sampleOf(head);
  const looked = await Promise.all(
    chunks.map((chunk) => reads(() => countChunk(input, chunk, byDomain, segments))),
  );
  return {
    countedAt: now,
    recipients: head.recipients,
    looked: looked.reduce((sum, count) => sum + count, 0),
    providers: await nameProviders(table, byDomain),
    segments: sortedSegments(segments),
  };
}

function sampleOf({ recipients, chunkRecipients }: ManifestHead): number[] {
  const chunks = Math.ceil(recipients / chunkRecipients);
  const step = Math.ceil(recipients / LOOKED_MAX);
  return Array.from({ length: Math.ceil(chunks / step) }, (_, place) => place * step);
}

type Holder = readonly [ordinal: string, facts: Facts];

async function countChunk(
  { table, burst, head, frame, rule }: CountParts,
  chunk: number,
  byDomain: Exposed,
  segments: Segments,
): Promise<number> {
  const from = chunk * head.chunkRecipients;
  const to = Math.min(head.recipients, from + head.chunkRecipients);
  const members = await membersOf(table, head, chunk);
  const facts = await factsOf(table, burst, head, from, to);
  const domains = new Map<string, Holder[]>();
  const inSegment = new Map<string, Holder[]>();
  for (const { ordinal, address, segments: bits = 0 } of members) {
    const own = facts.get(ordinal);
    if (!own) continue;
    const holder = [String(ordinal), own] as const;
    add(domains, domainOf(address), holder);
    if (bits === 0) continue;
    const leg = head.legs.find((one) => ordinal >= one.from && ordinal < one.to)?.leg ?? '';
    const names = frame.registration.legs.find((one) => one.leg === leg)?.segments ?? [];
    for (const [place, name] of names.entries()) {
      if (bits & (1 << place)) add(inSegment, `${leg}/${name}`, holder);
    }
  }
  for (const [domain, holders] of domains) {
    addExposed(byDomain, domain, foldFacts(holders, rule));
  }
  for (const [key, holders] of inSegment) addHarm(segments, key, foldFacts(holders, rule));
  return members.length;
}

async function factsOf(
  table: Table,
  burst: string,
  { recipients }: ManifestHead,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, Facts>> {
  const depth = depthOf(recipients);
  const paths: string[] = [];
  const first = Math.floor(from / LEAF_ORDINALS) * LEAF_ORDINALS;
  for (let at = first; at < to; at += LEAF_ORDINALS) paths.push(leafPath(at, depth));
  const nodes = await Promise.all(paths.map((path) => loadNode(table, burst, 'o', path)));
  const all = nodes.flatMap((node) => (node?.kind === 'leaf' ? [...node.facts] : []));
  return new Map(all.map(([holder, facts]) => [Number(holder), facts]));
}

function add<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group) group.push(one);
  else groups.set(key, [one]);
}

/** Of whoever was erased no domain is left. */
function domainOf(address: string): string {
  return isErased(address) ? '' : address.slice(address.lastIndexOf('@') + 1);
}

function addExposed(byDomain: Exposed, domain: string, tally: Tally): void {
  const isFull = byDomain.size >= DOMAINS_MAX && !byDomain.has(domain);
  const key = isFull ? '' : domain;
  const sums = byDomain.get(key) ?? {};
  byDomain.set(key, sums);
  for (const row of Object.keys(tally)) {
    if (!isLinkOrWave(row)) continue;
    const count = countOf(tally, row, 'exposed');
    if (count > 0) sums[row] = (sums[row] ?? 0) + count;
  }
}

function addHarm(segments: Segments, key: string, tally: Tally): void {
  const [leg = '', segment = ''] = key.split('/');
  const known = segments.get(key) ?? { leg, segment, harm: {} };
  segments.set(key, known);
  for (const link of Object.keys(tally)) {
    if (!isLinkOrWave(link) || link.includes('#') || !link.startsWith(`${leg}/`)) continue;
    const sum = known.harm[link] ?? { exposed: 0, bounced: 0, complained: 0, unsubscribed: 0 };
    known.harm[link] = {
      exposed: sum.exposed + countOf(tally, link, 'exposed'),
      bounced: sum.bounced + countOf(tally, link, 'bounced'),
      complained: sum.complained + countOf(tally, link, 'complained'),
      unsubscribed: sum.unsubscribed + countOf(tally, link, 'unsubscribed'),
    };
  }
}

/** Rows of arms and of delays hold other counts. */
function isLinkOrWave(row: string): boolean {
  return row.includes('/') && !row.endsWith('@') && !row.includes('!');
}

/** The order in which chunks were read must not show. */
function sortedSegments(segments: Segments): Parts['segments'] {
  return [...segments.keys()].sort().flatMap((key) => {
    const one = segments.get(key);
    if (!one) return [];
    const links = Object.keys(one.harm).sort();
    return [{ ...one, harm: Object.fromEntries(links.map((link) => [link, one.harm[link]])) }];
  }) as Parts['segments'];
}
