// Leads the links of a call somewhere else, after they are out.

import * as z from 'zod/mini';
import { parseDestination } from '#domain/destination.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import { linkTableOf } from '#domain/link-table-of.ts';
import { changeLinkTable, loadLinkTable } from '#store/link-tables.ts';
import { loadPlan } from '#store/plans.ts';
import { audit, findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const CorrectLinkInput = z.strictObject({
  burst: Id,
  call: Name,
  /** Where it leads from now on; as in a campaign file. */
  to: z.string().check(z.minLength(1), z.maxLength(2_000)),
  dryRun: z.optional(z.boolean()),
});

export interface CorrectedLink {
  readonly burst: string;
  readonly call: string;
  /** By `leg/call`: where it led, and where it leads. */
  readonly links: readonly { readonly link: string; readonly from: string; readonly to: string }[];
  /** Until then a click may still be led to the old address. */
  readonly everywhereAt: number;
}

/** Click functions look again after this (feedback/link-table-cache.ts). */
export const LINKS_KNOWN_FOR_MS = 60_000;

/**
 * Clicks go on counting for the same call. Before the release the campaign file is edited instead.
 * Throws Refusal `wrong_state`, `call_unknown` or `destination_refused`.
 */
export async function correctLink(
  context: CommandContext,
  input: z.output<typeof CorrectLinkInput>,
): Promise<CorrectedLink> {
  requireScope(context, 'operator');
  const { burst: id, call, to, dryRun } = parseInput(CorrectLinkInput, input);
  const burst = await findBurst(context, id);
  if (burst.committedEpoch === undefined) {
    const message = `${id} is not out yet: edit its campaign file and plan it again`;
    throw new Refusal('wrong_state', message);
  }
  const plan = await loadPlan(context.table, id, burst.contentHash);
  if (!plan.calls.some(({ name }) => name === call)) {
    const known = plan.calls.map(({ name }) => name).join(', ');
    throw new Refusal('call_unknown', `there is no call "${call}"; there is ${known}`, {
      field: 'call',
    });
  }
  const url = destinationOf(to, new URL(plan.linkBase).host);
  const calls = plan.calls.map((one) => (one.name === call ? { ...one, to: url } : one));
  const wanted = linkTableOf({ ...plan, calls });
  const before = (await loadLinkTable(context.table, id)) ?? {};
  const links = Object.keys(before)
    .filter((link) => link.endsWith(`/${call}`))
    .map((link) => ({ link, from: before[link] ?? '', to: wanted[link] ?? url }));
  if (!dryRun) {
    const changed = Object.fromEntries(links.map(({ link, to: next }) => [link, next]));
    await changeLinkTable(context.table, id, (stored) => ({ ...stored, ...changed }));
    await audit(context, id, 'correct_link', { call, links: before }, { call, to: url });
  }
  const everywhereAt = context.clock.now() + LINKS_KNOWN_FOR_MS;
  return { burst: id, call, links, everywhereAt };
}

function destinationOf(text: string, linkHost: string): string {
  const destination = parseDestination(text, linkHost);
  if (destination.kind === 'destination') return destination.url;
  const { message, limit } = destination;
  const details = limit === undefined ? { field: 'to' } : { field: 'to', limit };
  throw new Refusal('destination_refused', message, details);
}
