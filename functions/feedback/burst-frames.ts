// What recording needs to know of a burst: few bytes, kept in the function's memory.

import { type Burst, releaseSpan } from '#domain/burst.ts';
import { depthOf } from '#domain/facts-place.ts';
import type { FoldRule } from '#domain/fold-facts.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { loadPlan } from '#store/plans.ts';
import { type Frame, frameOf, loadFrame, saveFrame } from '#store/tallies.ts';

export interface BurstFrame {
  readonly campaign: string;
  readonly rule: FoldRule;
  /** Ordinals are below this. */
  readonly recipients: number;
  /** Levels of the recipients' tree. */
  readonly depth: number;
  /** Of a burst with outcomes: whether a leg is of the one that was taken. */
  readonly isTaken: (leg: string) => boolean;
}

const KEPT_MS = 60_000;
const UNKNOWN_MS = 1_000;
const BURSTS_MAX = 500;

/**
 * The frame of a burst, or undefined for one that does not exist or was never released: whatever
 * comes back before a release is a preview's. Once released nothing of it changes any more.
 */
export function createBurstFrames(table: Table, now: () => number) {
  const kept = new Map<
    string,
    { readonly frame: BurstFrame | undefined; readonly until: number }
  >();
  return async (id: string): Promise<BurstFrame | undefined> => {
    const known = kept.get(id);
    if (known && now() < known.until) return known.frame;
    const burst = await loadBurst(table, id, { consistent: true });
    const frame = burst && (await frameOfBurst(table, burst));
    const oldest = kept.keys().next();
    if (kept.size >= BURSTS_MAX && !oldest.done) kept.delete(oldest.value);
    kept.set(id, { frame, until: now() + (frame ? KEPT_MS : UNKNOWN_MS) });
    return frame;
  };
}

async function frameOfBurst(table: Table, burst: Burst): Promise<BurstFrame | undefined> {
  if (burst.committedEpoch === undefined) return undefined;
  const frame = await frameFor(table, burst, 'saved');
  const { campaign } = frame;
  const head = await loadManifestHead(table, burst.id);
  const { recipients = 0 } = burst;
  const rule = foldRuleOf(burst, frame, head);
  const isTaken = (leg: string) => isLegTaken(burst, leg);
  return { campaign, rule, recipients, depth: depthOf(recipients), isTaken };
}

/** Legs of no outcome leave whatever it is. */
export function isLegTaken({ legs, outcome }: Pick<Burst, 'legs' | 'outcome'>, leg: string) {
  const own = legs.find(({ name }) => name === leg)?.outcome;
  return own === undefined || own === outcome;
}

/** The plan's frame; made from the plan when nobody stored it yet, and then stored if asked. */
export async function frameFor(
  table: Table,
  burst: Burst,
  isMissing: 'saved' | 'made',
  stored?: Frame,
): Promise<Frame> {
  const known = stored ?? (await loadFrame(table, burst.id));
  if (known?.contentHash === burst.contentHash) return known;
  const plan = await loadPlan(table, burst.id, burst.contentHash);
  const frame = frameOf(plan, burst.contentHash);
  if (isMissing === 'saved') await saveFrame(table, burst.id, frame);
  return frame;
}

export function foldRuleOf(
  burst: Burst,
  frame: Frame,
  head?: Pick<ManifestHead, 'legs'> | undefined,
): FoldRule {
  const momentAt = burst.momentAt ?? burst.releasedAt ?? 0;
  const { metric, windowMs, valueCap } = frame.registration;
  const waves = (head?.legs ?? []).flatMap(({ leg, waves: own }) =>
    own && own.length > 1 ? [{ leg, from: own.map(({ from }) => from) }] : [],
  );
  return {
    attributionMs: frame.attributionMs,
    releasedAt: releaseSpan(burst)?.firstAt ?? momentAt,
    countedUntil: momentAt + windowMs,
    metric,
    valueCap,
    waves,
    heldOut: heldOutOf(head),
    reads: readsOf(burst, frame, momentAt),
  };
}

/** A post of a series counts for as long as every other one, whenever it was posted. */
function readsOf(burst: Burst, { registration }: Frame, momentAt: number) {
  return registration.legs.flatMap(({ leg, readMs }) => {
    if (readMs === undefined) return [];
    const offsetMs = burst.legs.find(({ name }) => name === leg)?.offsetMs ?? 0;
    return [{ leg, until: momentAt + offsetMs + readMs }];
  });
}

function heldOutOf(head: Pick<ManifestHead, 'legs'> | undefined) {
  return (head?.legs ?? []).flatMap(({ leg, held = [] }) =>
    held.filter(({ reason }) => reason === 'holdout').map(({ from, to }) => ({ leg, from, to })),
  );
}
