// What became of one address in a burst, and why.

import * as z from 'zod/mini';
import { type Facts, marks } from '#domain/facts.ts';
import { depthOf, leafPath } from '#domain/facts-place.ts';
import type { Fate } from '#domain/fate-of.ts';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { loadNode } from '#store/facts.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { entriesOf } from './person-entries.ts';
import { readLedger } from './progress.ts';
import { requireAddress } from './require-address.ts';
import { type StandingOrder, standingOrder } from './standing-order.ts';

export const ShowPersonInput = z.strictObject({
  burst: Id,
  address: z.string().check(z.maxLength(1_000)),
});

export interface ShownEntry extends Fate {
  readonly ordinal: number;
  /** What came back from the provider and from the reader, by kind. */
  readonly events: readonly string[];
}

export interface ShownPerson extends StandingOrder {
  readonly burst: string;
  /** One for every contact of the burst's lists with this address; empty: it is in none. */
  readonly entries: readonly ShownEntry[];
}

/**
 * Reads the whole manifest: five read units for 2,000 recipients. Throws Refusal `not_frozen`
 * before the audience is frozen, `address_invalid`, `burst_unknown`.
 */
export async function showPerson(
  context: CommandContext,
  input: z.output<typeof ShowPersonInput>,
): Promise<ShownPerson> {
  requireScope(context, 'operator');
  const { burst: id, address } = parseInput(ShowPersonInput, input);
  const wanted = requireAddress(address);
  const burst = await findBurst(context, id);
  const known = await readLedger(context.table, burst);
  const { head } = known;
  if (!head) throw new Refusal('not_frozen', `the audience of burst ${id} is not frozen yet`);
  const entries = await entriesOf(context, burst, head, wanted, known);
  const shown = entries.map(async ({ fields: _fields, ...entry }) => ({
    ...entry,
    events: await eventsOf(context.table, head, entry.ordinal),
  }));
  const order = await standingOrder(context, wanted);
  return { burst: id, ...order, entries: await Promise.all(shown) };
}

/** By kind: what came back from the provider and from the reader. */
export async function eventsOf(
  table: Table,
  head: ManifestHead,
  ordinal: number,
): Promise<string[]> {
  const path = leafPath(ordinal, depthOf(head.recipients));
  const node = await loadNode(table, head.burst, 'o', path);
  const facts = node?.kind === 'leaf' ? node.facts.get(String(ordinal)) : undefined;
  return facts ? kindsOf(facts) : [];
}

function kindsOf(facts: Facts): string[] {
  const has: [string, boolean][] = [
    ['sent', facts.sentBits !== 0],
    ['refused', facts.refusedBits !== 0],
    ['delivered', facts.deliveredAt !== undefined],
    ['bounced', (facts.marks & marks.bounced) !== 0],
    ['deferred', (facts.marks & marks.deferred) !== 0],
    ['complained', (facts.marks & marks.complained) !== 0],
    ['opened', (facts.marks & marks.opened) !== 0],
    ['clicked', facts.clicks.length > 0],
    ['converted', facts.conversions.length > 0],
  ];
  return has.flatMap(([kind, is]) => (is ? [kind] : []));
}
