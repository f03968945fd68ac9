// Counts a burst anew from its raw events: with today's rules, and as a check of what is stored.

import type { Burst } from '#domain/burst.ts';
import { type Facts, noFacts } from '#domain/facts.ts';
import { foldFacts } from '#domain/fold-facts.ts';
import type { Table } from '#domain/ports.ts';
import { sumTallies, type Tally } from '#domain/tally.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { readRawEvents } from '#store/raw-events.ts';
import { foldRuleOf, frameFor } from './burst-frames.ts';
import { holderOf, mergeEvent } from './merge-event.ts';

/**
 * The tally of every event that was ever news, whatever rules were in force when it came. Writes
 * nothing. Cost: reads all raw chunks and holds the facts in memory, about 200 bytes for everybody
 * of whom something is known.
 * @param until up to when events may have been recorded: now
 */
export async function recount(table: Table, burst: Burst, until: number): Promise<Tally> {
  const frame = await frameFor(table, burst, 'made');
  const all = { o: new Map<string, Facts>(), v: new Map<string, Facts>() };
  const since = burst.releasedAt ?? burst.momentAt ?? until;
  for await (const events of readRawEvents(table, burst.id, since, until)) {
    for (const event of events) {
      const { space, key } = holderOf(event);
      const facts = all[space].get(key) ?? noFacts();
      all[space].set(key, facts);
      mergeEvent(facts, event);
    }
  }
  const rule = foldRuleOf(burst, frame, await loadManifestHead(table, burst.id));
  return sumTallies([foldFacts(all.o, rule), foldFacts(all.v, rule)]);
}
