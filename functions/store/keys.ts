// Every key of the table, built from typed parts in one place; and the kind of item a key belongs to.

import type { Key } from '#domain/ports.ts';

/** Sorts after every character an id, a name or a padded number may hold. */
const LAST = '~';

/** What the name of a declared winner begins with. */
export const WINNER = 'winner-';

/** Whole numbers as sort keys: fixed width, so that text order is numeric order. */
export function padded(value: number, digits: number): string {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 10 ** digits) {
    throw new RangeError(`${value} is no whole number of at most ${digits} digits`);
  }
  return String(value).padStart(digits, '0');
}

/** Ordinals and lanes stay below a thousand million, instants (to the year 9999) below 10^15. */
const ORDINAL_DIGITS = 9;
const INSTANT_DIGITS = 15;
const PART_DIGITS = 4;

export const keys = {
  burst: (burst: string): Key => ({ pk: `B#${burst}`, sk: '#' }),
  plan: (burst: string, contentHash: string): Key => ({
    pk: `B#${burst}`,
    sk: `N#${contentHash}`,
  }),
  leg: (burst: string, leg: string): Key => ({ pk: `B#${burst}`, sk: `L#${leg}` }),
  lane: (burst: string, lane: number): Key => ({ pk: `B#${burst}#W#${lane}`, sk: '#' }),
  windowRecord: (burst: string, lane: number, from: number): Key => ({
    pk: `B#${burst}`,
    sk: `D#${padded(lane, ORDINAL_DIGITS)}#${padded(from, ORDINAL_DIGITS)}`,
  }),
  manifestHead: (burst: string): Key => ({ pk: `B#${burst}#M`, sk: '#' }),
  manifestChunk: (burst: string, freeze: string, chunk: number, part: number): Key => ({
    pk: `B#${burst}#M`,
    sk: `${freeze}#${padded(chunk, ORDINAL_DIGITS)}#${padded(part, PART_DIGITS)}`,
  }),
  /** Where people stand in a part of the frozen list, by a bucket of their digests. */
  people: (burst: string, freeze: string, part: number, bucket: number): Key => ({
    pk: `B#${burst}#P`,
    sk: `${freeze}#${padded(part, PART_DIGITS)}#${padded(bucket, ORDINAL_DIGITS)}`,
  }),
  /** Without a burst: of the deployment. */
  audit: (burst: string | undefined, position: number): Key => ({
    pk: auditsOf(burst),
    sk: `E#${padded(position, ORDINAL_DIGITS)}`,
  }),
  /** Conversions stand apart: most runners have no use for them. */
  change: (day: string, at: number, id: string, kind: ChangeKind = 'suppressed'): Key => ({
    pk: changesOf(day, kind),
    sk: `${padded(Math.floor(at), INSTANT_DIGITS)}#${id}`,
  }),
  suppression: (shard: number, digest: string, reason: string): Key => ({
    pk: keys.suppressions(shard),
    sk: `${digest}#${reason}`,
  }),
  suppressions: (shard: number) => `U#${shard}`,
  rateLease: (account: string): Key => ({ pk: `Q#${account}`, sk: '#' }),
  contact: (audience: string, shard: number, contact: string): Key => ({
    pk: keys.contacts(audience, shard),
    sk: contact,
  }),
  contacts: (audience: string, shard: number) => `A#${audience}#${shard}`,
  import: (audience: string, id: string): Key => ({ pk: `I#${audience}`, sk: id }),
  importAnswer: (audience: string, id: string, chunk: number, part: number): Key => ({
    pk: `I#${audience}#${id}`,
    sk: `A#${padded(chunk, ORDINAL_DIGITS)}#${padded(part, PART_DIGITS)}`,
  }),
  importBefore: (audience: string, id: string, chunk: number, part: number): Key => ({
    pk: `I#${audience}#${id}`,
    sk: `B#${padded(chunk, ORDINAL_DIGITS)}#${padded(part, PART_DIGITS)}`,
  }),
  importSeen: (audience: string, id: string, chunk: number): Key => ({
    pk: `I#${audience}#${id}`,
    sk: `S#${padded(chunk, ORDINAL_DIGITS)}`,
  }),
  mailDomain: (domain: string): Key => ({ pk: `J#${domain}`, sk: '#' }),
  audience: (audience: string): Key => ({ pk: keys.audiences, sk: audience }),
  audiences: 'C#audience',
  media: (sha256: string, part: number): Key => ({
    pk: `O#${sha256}`,
    sk: padded(part, PART_DIGITS),
  }),
  links: (burst: string): Key => ({ pk: `B#${burst}`, sk: 'K#' }),
  /** `hour` counts from 1970; `digest` names what the events of the chunk say. */
  rawChunk: (burst: string, hour: number, digest: string): Key => ({
    pk: `B#${burst}#X#${hour}`,
    sk: digest,
  }),
  /** `space` says whose facts: `o` of recipients by ordinal, `v` of visitors. */
  facts: (burst: string, space: 'o' | 'v', path: string): Key => ({
    pk: `B#${burst}#F#${space}`,
    sk: `#${path}`,
  }),
  signal: (burst: string, digest: string): Key => ({ pk: `B#${burst}`, sk: `S#${digest}` }),
  tally: (burst: string, name: string): Key => ({ pk: `B#${burst}`, sk: `T#${name}` }),
  comparison: (burst: string, name: string): Key => ({ pk: `B#${burst}`, sk: `R#${name}` }),
  /** How long a burst's answers took, for the account's own curve. */
  answerDelays: (metric: string, burst: string): Key => ({ pk: `C#delays#${metric}`, sk: burst }),
  /** What became of a call, over all bursts of a campaign. */
  callRecord: (campaign: string, call: string, burst: string, leg: string): Key => ({
    pk: keys.callRecords(campaign),
    sk: `${call}#${burst}#${leg}`,
  }),
  callRecords: (campaign: string) => `C#calls#${campaign}`,
  breaker: (burst: string): Key => ({ pk: `B#${burst}`, sk: 'Z#' }),
  notice: (burst: string, notice: string): Key => ({ pk: `B#${burst}`, sk: `Y#${notice}` }),
  audienceHistory: (audience: string): Key => ({ pk: `H#${audience}`, sk: '#' }),
  contactCount: (audience: string): Key => ({ pk: `H#${audience}`, sk: 'N#' }),
  idempotency: (key: string): Key => ({ pk: `Y#${key}`, sk: '#' }),
  principal: (tokenDigest: string): Key => ({ pk: `P#${tokenDigest}`, sk: '#' }),
  connection: (connection: string): Key => ({ pk: keys.connections, sk: connection }),
  connections: 'C#connection',
  sendingSwitch: (configurationSet: string): Key => ({ pk: 'C#sending', sk: configurationSet }),
  deadLetter: (message: string): Key => ({ pk: `D#${message}`, sk: '#' }),
};

/** A stretch of sort keys under one partition key, both ends included. */
export interface Stretch {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
}

export const stretches = {
  legs: (burst: string) => under(`B#${burst}`, 'L#'),
  windowRecords: (burst: string) => under(`B#${burst}`, 'D#'),
  manifestChunk: (burst: string, freeze: string, chunk: number) =>
    under(`B#${burst}#M`, `${freeze}#${padded(chunk, ORDINAL_DIGITS)}#`),
  audits: (burst?: string) => under(auditsOf(burst), 'E#'),
  signals: (burst: string) => under(`B#${burst}`, 'S#'),
  tallies: (burst: string) => under(`B#${burst}`, 'T#'),
  /** Declared winners stand right before the tallies, so that one query has both. */
  winnersAndTallies: (burst: string): Stretch => ({
    pk: `B#${burst}`,
    from: `R#${WINNER}`,
    to: `T#${LAST}`,
  }),
  comparisons: (burst: string) => under(`B#${burst}`, 'R#'),
  /** Instants in [from, to], rounded outwards to whole milliseconds. */
  changes: (day: string, from: number, to: number, kind: ChangeKind = 'suppressed'): Stretch => ({
    pk: changesOf(day, kind),
    from: padded(Math.floor(from), INSTANT_DIGITS),
    to: `${padded(Math.floor(to), INSTANT_DIGITS)}#${LAST}`,
  }),
  suppressions: (shard: number, digest: string) => under(keys.suppressions(shard), `${digest}#`),
  importAnswer: (audience: string, id: string, chunk: number) =>
    under(`I#${audience}#${id}`, `A#${padded(chunk, ORDINAL_DIGITS)}#`),
  importBefore: (audience: string, id: string, chunk: number) =>
    under(`I#${audience}#${id}`, `B#${padded(chunk, ORDINAL_DIGITS)}#`),
  /** Of the chunks up to and with this one. */
  importSeen: (audience: string, id: string, chunk: number): Stretch => ({
    pk: `I#${audience}#${id}`,
    from: 'S#',
    to: `S#${padded(chunk, ORDINAL_DIGITS)}`,
  }),
  notices: (burst: string) => under(`B#${burst}`, 'Y#'),
  media: (sha256: string): Stretch => ({ pk: `O#${sha256}`, from: '0', to: LAST }),
};

function auditsOf(burst: string | undefined): string {
  return burst === undefined ? 'G#deployment' : `B#${burst}`;
}

type ChangeKind = 'suppressed' | 'converted';

function changesOf(day: string, kind: ChangeKind): string {
  return kind === 'suppressed' ? `V#${day}#0` : `V#${day}#c`;
}

function under(pk: string, prefix: string): Stretch {
  return { pk, from: prefix, to: `${prefix}${LAST}` };
}

/** Partitions that lists of people are spread over. Part of the keys: it can never change. */
export const SHARDS = 16;

/** The shard an id belongs to: FNV-1a over its UTF-16 code units. */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}

const DAY_MS = 86_400_000;
let lastDay = { number: Number.NaN, text: '' };

/** The UTC day of an instant: `2026-11-03`. Asked for the same day again and again. */
export function dayOf(at: number): string {
  const number = Math.floor(at / DAY_MS);
  if (number !== lastDay.number) {
    lastDay = { number, text: new Date(at).toISOString().slice(0, 10) };
  }
  return lastDay.text;
}

/** The UTC month of an instant: `2026-11`. */
export function monthOf(at: number): string {
  return dayOf(at).slice(0, 7);
}

/** The burst id of a header's partition key, as an index returns it. */
export function burstOf(pk: string): string {
  return pk.slice('B#'.length);
}

const BURST_KINDS: { readonly [letter: string]: string } = {
  '#': 'header',
  N: 'plan',
  K: 'links',
  L: 'leg',
  D: 'window_record',
  E: 'audit',
  S: 'signal',
  T: 'tally',
  R: 'comparison',
  Z: 'breaker',
  Y: 'notice',
};

const BURST_PART_KINDS: { readonly [letter: string]: string } = {
  W: 'lane',
  M: 'manifest',
  X: 'raw_events',
  F: 'facts',
  P: 'people',
};

const OTHER_KINDS: { readonly [letter: string]: string } = {
  V: 'change',
  U: 'suppression',
  Q: 'rate_lease',
  A: 'contact',
  H: 'audience_history',
  O: 'media',
  Y: 'idempotency',
  P: 'principal',
  C: 'settings',
  I: 'import',
  J: 'mail_domain',
  D: 'dead_letter',
  G: 'audit',
};

/** What an item is, for the meter: `header`, `lane`, `manifest`, ...; `other` for unknown keys. */
export function kindOf(key: Key): string {
  const { pk, sk } = key;
  if (pk[0] !== 'B') return OTHER_KINDS[pk[0] ?? ''] ?? 'other';
  const part = pk.indexOf('#', 2);
  const kinds = part < 0 ? BURST_KINDS : BURST_PART_KINDS;
  return kinds[(part < 0 ? sk[0] : pk[part + 1]) ?? ''] ?? 'other';
}
