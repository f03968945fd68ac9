// When the recipients are looked through for the counts of their parts: soon after the send, then
// ever more rarely, and always before something is said for good.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { loadTallies, type Parts, saveParts, type Tallies } from '#store/tallies.ts';
import { foldRuleOf, frameFor } from './burst-frames.ts';
import { countParts, hasParts } from './count-parts.ts';

const FIRST_AFTER_MS = 10 * 60_000;
/** Again when the burst is so many times as old: about seventeen times in a week. */
const GROWTH = 1.5;
/** Counts of this age are new enough to name a winner by. */
const FRESH_MS = 10 * 60_000;

export interface KeepParts {
  readonly now: number;
  /** `look`: when its time has come; `claim`: unless they are fresh; `final`: always. */
  readonly why: 'look' | 'claim' | 'final';
  /** As just read. */
  readonly tallies?: Pick<Tallies, 'parts' | 'frame'>;
}

/** Looks everybody through, when it is time, and keeps what was counted. */
export async function keepParts(table: Table, burst: Burst, options: KeepParts): Promise<void> {
  const { now, why } = options;
  const { committedEpoch, momentAt, releasedAt } = burst;
  if (committedEpoch === undefined) return;
  const { parts, frame: stored } = options.tallies ?? (await loadTallies(table, burst.id));
  const age = now - (momentAt ?? releasedAt ?? now);
  if (why === 'look' && !isDue(parts, now, age)) return;
  if (why === 'claim' && parts && now - parts.countedAt < FRESH_MS) return;
  const frame = await frameFor(table, burst, 'made', stored);
  if (!hasParts(frame)) return;
  const head = await loadManifestHead(table, burst.id);
  if (!head) return;
  const rule = foldRuleOf(burst, frame, head);
  const counted = await countParts({ table, burst: burst.id, head, frame, rule, now });
  await saveParts(table, burst.id, counted);
}

function isDue(parts: Parts | undefined, now: number, age: number): boolean {
  if (!parts) return age >= FIRST_AFTER_MS;
  return age >= GROWTH * (age - (now - parts.countedAt));
}
