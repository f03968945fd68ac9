// What one person got over all bursts, what not, and why.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { loadBurst } from '#store/bursts.ts';
import { plannedBursts } from '#store/planned-bursts.ts';
import { type CommandContext, requireScope } from './context.ts';
import { describeBurst, type MomentView } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { entriesOf } from './person-entries.ts';
import { readLedger } from './progress.ts';
import { requireAddress } from './require-address.ts';
import { eventsOf, type ShownEntry } from './show-person.ts';
import { type StandingOrder, standingOrder } from './standing-order.ts';

export const FindPersonInput = z.strictObject({
  address: z.string().check(z.maxLength(1_000)),
  /** The `next` of the page before. */
  after: z.optional(Id),
});

export interface PersonInBurst {
  readonly burst: string;
  readonly state: string;
  readonly moment?: MomentView;
  readonly entries: readonly ShownEntry[];
}

export interface FoundPerson extends StandingOrder {
  /** Bursts whose frozen list holds the address. */
  readonly bursts: readonly PersonInBurst[];
  readonly next?: string;
}

/** Lists are read whole: a page ends after so many bursts, or after so long. */
const BURSTS_MAX = 20;
const FOR_MS = 12_000;

/** Five read units for every 2,000 recipients of a burst. Throws Refusal `address_invalid`. */
export async function findPerson(
  context: CommandContext,
  input: z.output<typeof FindPersonInput>,
): Promise<FoundPerson> {
  requireScope(context, 'operator');
  const { address, after } = parseInput(FindPersonInput, input);
  const wanted = requireAddress(address);
  const { table, clock } = context;
  const until = clock.now() + FOR_MS;
  const page = await plannedBursts(table, BURSTS_MAX, after);
  const bursts: PersonInBurst[] = [];
  let next = page.next;
  for (const id of page.bursts) {
    const found = await inBurst(context, id, wanted);
    if (found) bursts.push(found);
    if (clock.now() > until && id !== page.bursts.at(-1)) {
      next = id;
      break;
    }
  }
  const order = await standingOrder(context, wanted);
  return { ...order, bursts, ...(next === undefined ? {} : { next }) };
}

async function inBurst(
  context: CommandContext,
  id: string,
  address: string,
): Promise<PersonInBurst | undefined> {
  const burst = await loadBurst(context.table, id);
  if (!burst) return undefined;
  const known = await readLedger(context.table, burst);
  const { head } = known;
  if (!head) return undefined;
  const found = await entriesOf(context, burst, head, address, known);
  if (found.length === 0) return undefined;
  const shown = found.map(async ({ fields: _fields, ...entry }) => ({
    ...entry,
    events: await eventsOf(context.table, head, entry.ordinal),
  }));
  const { state, moment } = describeBurst(burst);
  const entries = await Promise.all(shown);
  return { burst: id, state, ...(moment === undefined ? {} : { moment }), entries };
}
