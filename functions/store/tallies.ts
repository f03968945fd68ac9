// What a report is made of, in one query: the counts of a burst, what was sent, and how to read them.

import * as z from 'zod/mini';
import { Id, Name } from '#domain/ids.ts';
import { type FollowUpPlan, Goal, type Plan } from '#domain/plan.ts';
import type { Item, Table } from '#domain/ports.ts';
import { Registration } from '#domain/registration.ts';
import { Who } from '#domain/who-follows.ts';
import { dataOf } from './blob.ts';
import { type Comparison, decodeComparison } from './comparisons.ts';
import { packJson, unpackJson } from './compression.ts';
import type { Space } from './facts.ts';
import { fromItem, fromJson, parsed, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave, putSame, type Saved } from './save.ts';
import { type Child, ChildForm } from './tally-form.ts';

/** The roots of both trees, as of the last fold. */
export interface Counted {
  readonly revision: number;
  readonly nonce: string;
  readonly roots: { readonly [space in Space]?: Child };
}

const Roots = z.strictObject({ o: z.optional(ChildForm), v: z.optional(ChildForm) });

/** What the ledger says of one link of an addressable leg, in recipients. */
export const SentCounts = z.strictObject({
  recipients: z.int(),
  accepted: z.int(),
  refused: z.int(),
  inDoubt: z.int(),
  unproven: z.int(),
  heldBack: z.int(),
  notCalled: z.int(),
  /** Not claimed yet. */
  waiting: z.int(),
});
export type SentCounts = z.output<typeof SentCounts>;

/** Per `leg/call`, counted from lanes and window records of this state of the ledger. */
export const Sent = z.strictObject({
  revision: z.int(),
  nonce: z.string(),
  /** The header's revision when it was counted. */
  basis: z.string(),
  countedAt: z.number(),
  byLink: z.record(z.string(), SentCounts),
});
export type Sent = z.output<typeof Sent>;

/** What a report needs of the plan: small where a plan with its markup is not. */
export const Frame = z.strictObject({
  contentHash: z.string(),
  campaign: z.string(),
  calls: z.array(z.strictObject({ name: Name, say: z.string() })),
  legs: z.array(
    z.strictObject({
      name: Name,
      channel: Name,
      kind: z.enum(['email', 'broadcast']),
      shares: z.array(z.strictObject({ call: Name, weight: z.number() })),
      /** There is no call in it: nobody can answer. */
      asksNothing: z.optional(z.literal(true)),
    }),
  ),
  registration: Registration,
  goal: z.optional(Goal),
  attributionMs: z.int(),
  /** The share that chance holds back. */
  holdout: z.optional(z.number()),
  /** Bursts that are made when this one is sent. */
  followUps: z.optional(z.array(z.strictObject({ burst: Id, who: Who, afterMs: z.int() }))),
});
export type Frame = z.output<typeof Frame>;

/** Which share of answers came within so many hours, over the account's earlier bursts. */
export const StoredCurve = z.strictObject({
  conversions: z.int(),
  points: z.array(z.strictObject({ hours: z.number(), share: z.number() })),
});
export type StoredCurve = z.output<typeof StoredCurve>;

/** What networks say of posts, by leg. */
export const Native = z.strictObject({
  asOf: z.number(),
  byLeg: z.record(z.string(), z.unknown()),
});
export type Native = z.output<typeof Native>;

const Harm = z.strictObject({
  exposed: z.int(),
  bounced: z.int(),
  complained: z.int(),
  unsubscribed: z.int(),
});

/** Counts of parts of the recipients, looked through now and then: no event changes them. */
export const Parts = z.strictObject({
  countedAt: z.number(),
  /** Of so many ordinals every one of so many was looked at, or an even sample of them. */
  recipients: z.int(),
  looked: z.int(),
  /** Exposures by mailbox provider, by `leg/call` and by wave of it. */
  providers: z.array(z.strictObject({ name: z.string(), exposed: z.record(z.string(), z.int()) })),
  /** By registered segment and `leg/call`. */
  segments: z.array(z.strictObject({ leg: Name, segment: Name, harm: z.record(z.string(), Harm) })),
});
export type Parts = z.output<typeof Parts>;

export interface Tallies {
  readonly counted?: Counted;
  readonly sent?: Sent;
  readonly frame?: Frame;
  readonly native?: Native;
  readonly curve?: StoredCurve;
  readonly parts?: Parts;
  /** Winners that were declared, as they were said. */
  readonly winners: readonly Comparison[];
}

/** One strong query over a few small items, whatever the size of the list. */
export async function loadTallies(table: Table, burst: string): Promise<Tallies> {
  const items = await queryAll(table, { ...stretches.winnersAndTallies(burst), consistent: true });
  const find = (name: string) => items.find((item) => item.sk === keys.tally(burst, name).sk);
  const [counted, sent, frame] = [find('counted'), find('sent'), find('frame')];
  const [native, curve, parts] = [find('native'), find('curve'), find('parts')];
  return {
    winners: items.filter(({ sk }) => sk.startsWith('R#')).map(decodeComparison),
    ...(native
      ? { native: parsed(Native, { ...beside(native), byLeg: fromJson(native, 'byLeg') }, native) }
      : {}),
    ...(curve ? { curve: decodeCurve(curve) } : {}),
    ...(parts ? { parts: parsed(Parts, unpackJson(dataOf(parts), parts), parts) } : {}),
    ...(counted ? { counted: decodeCounted(counted) } : {}),
    ...(sent ? { sent: decodeSent(sent) } : {}),
    ...(frame ? { frame: fromItem(Frame, frame) } : {}),
  };
}

/** Read strongly, unless a lag of some milliseconds is as good. */
export async function loadCounted(
  table: Table,
  burst: string,
  options: { readonly consistent: boolean } = { consistent: true },
): Promise<Counted | undefined> {
  const item = await table.get(keys.tally(burst, 'counted'), options);
  return item && decodeCounted(item);
}

export function saveCounted(
  table: Table,
  burst: string,
  previous: Counted | undefined,
  next: Counted,
  nonce: string,
): Promise<Saved<Counted>> {
  const key = keys.tally(burst, 'counted');
  const encode = ({ revision, nonce: mark, roots }: Counted): Item => {
    const text = JSON.stringify(parsed(Roots, roots, key));
    return { ...key, revision, nonce: mark, roots: text };
  };
  return compareAndSave(table, key, previous, next, encode, decodeCounted, nonce);
}

export function saveSent(
  table: Table,
  burst: string,
  previous: Sent | undefined,
  next: Sent,
  nonce: string,
): Promise<Saved<Sent>> {
  const key = keys.tally(burst, 'sent');
  const encode = (sent: Sent): Item => ({
    ...toItem(Sent, key, sent),
    byLink: JSON.stringify(sent.byLink),
  });
  return compareAndSave(table, key, previous, next, encode, decodeSent, nonce);
}

export async function loadFrame(table: Table, burst: string): Promise<Frame | undefined> {
  const item = await table.get(keys.tally(burst, 'frame'), { consistent: true });
  return item && fromItem(Frame, item);
}

export async function saveFrame(table: Table, burst: string, frame: Frame): Promise<void> {
  await putSame(table, toItem(Frame, keys.tally(burst, 'frame'), frame));
}

/** Whoever measured last stands: nobody decides by it. */
export async function saveNative(table: Table, burst: string, native: Native): Promise<void> {
  const key = keys.tally(burst, 'native');
  const item = toItem(Native, key, native);
  await putSame(table, { ...item, byLeg: JSON.stringify(native.byLeg) });
}

/** Whoever looked last stands: every look counts all of it anew. */
export async function saveParts(table: Table, burst: string, parts: Parts): Promise<void> {
  const key = keys.tally(burst, 'parts');
  await putSame(table, { ...key, data: packJson(parsed(Parts, parts, key)) });
}

/** The account's curve as it was at the release: the first one stands. */
export async function saveCurve(table: Table, burst: string, curve: StoredCurve): Promise<void> {
  const key = keys.tally(burst, 'curve');
  const item: Item = { ...key, data: packJson(parsed(StoredCurve, curve, key)) };
  await table.put(item, { kind: 'item_absent' });
}

function decodeCurve(item: Item): StoredCurve {
  return parsed(StoredCurve, unpackJson(dataOf(item), item), item);
}

/** The frame of a plan. */
export function frameOf(plan: Plan, contentHash: string): Frame {
  return {
    contentHash,
    campaign: plan.campaign,
    calls: plan.calls.map(({ name, say }) => ({ name, say })),
    legs: plan.legs.map((leg) => ({
      name: leg.name,
      channel: leg.channel,
      kind: leg.kind,
      shares:
        leg.kind === 'email'
          ? leg.allocation
          : (leg.visitors ?? [leg.call]).map((call) => ({ call, weight: 1 })),
      ...(asksNothing(leg) ? { asksNothing: true as const } : {}),
    })),
    registration: plan.registration,
    ...(plan.goal ? { goal: plan.goal } : {}),
    attributionMs: plan.attributionMs,
    ...(plan.holdout === undefined ? {} : { holdout: plan.holdout }),
    ...(plan.followUps ? { followUps: plan.followUps.map(followUpOf) } : {}),
  };
}

function asksNothing(leg: Plan['legs'][number]): boolean {
  return (
    leg.kind === 'email' && ![leg.html, leg.text].some((part) => part.includes('{{call_link}}'))
  );
}

function followUpOf({ burst, afterMs, legs }: FollowUpPlan) {
  return { burst, who: legs[0]?.followUp?.who ?? 'not-clicked', afterMs } as const;
}

function decodeCounted(item: Item): Counted {
  const roots = parsed(Roots, fromJson(item, 'roots'), item) as Counted['roots'];
  return { revision: Number(item.revision), nonce: String(item.nonce), roots };
}

function decodeSent(item: Item): Sent {
  return parsed(Sent, { ...beside(item), byLink: fromJson(item, 'byLink') }, item);
}

function beside({ pk: _p, sk: _s, ...rest }: Item): object {
  return rest;
}
