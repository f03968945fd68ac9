// Makes a list of exactly those whom a burst reached, so that a correction goes to nobody else.

import * as z from 'zod/mini';
import { contactIdOf } from '#domain/contact-id.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import { type ManifestHead, type Member, rangeOf } from '#domain/manifest.ts';
import { reachedOrdinals } from '#domain/reached-ordinals.ts';
import { isErased } from '#domain/suppression.ts';
import { loadContact, saveContact } from '#store/audiences.ts';
import { beginChange, endChange } from '#store/contact-counts.ts';
import { loadManifestChunk } from '#store/manifests.ts';
import { loadPlan } from '#store/plans.ts';
import { audit, findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { readLedger } from './progress.ts';

export const CopyReachedInput = z.strictObject({
  burst: Id,
  /** The list that is made. */
  audience: Id,
  /** Only of this leg. */
  leg: z.optional(Name),
  /** Those of whom nobody knows whether they got it, too. */
  withDoubt: z.optional(z.boolean()),
  /** The `next` of the page before. */
  after: z.optional(z.int().check(z.gte(0), z.lte(1_000_000))),
  dryRun: z.optional(z.boolean()),
});

export interface CopiedReached {
  readonly burst: string;
  readonly audience: string;
  /** On this page. */
  readonly people: number;
  /** Over the whole burst, on every page the same. */
  readonly reached: number;
  readonly inDoubt: number;
  readonly next?: number;
}

const WRITES_AT_ONCE = 25;

/**
 * A page is a chunk of the frozen list, at most 2,000 people; repeating one changes nothing. Whoever
 * was erased since stays out of it.
 * Throws Refusal `wrong_state` while the burst is going out (stop it first) and `not_frozen`.
 */
export async function copyReached(
  context: CommandContext,
  input: z.output<typeof CopyReachedInput>,
): Promise<CopiedReached> {
  requireScope(context, 'operator');
  const { burst: id, audience, leg, after = 0, ...wanted } = parseInput(CopyReachedInput, input);
  const { table } = context;
  const burst = await findBurst(context, id);
  if (burst.committedEpoch === undefined || burst.state === 'releasing') {
    const message = `${id} is ${burst.state === 'releasing' ? 'going out: stop it first' : 'not out yet'}`;
    throw new Refusal('wrong_state', message);
  }
  const { head, lanes, records } = await readLedger(table, burst);
  if (!head) throw new Refusal('not_frozen', `the list of burst ${id} is not frozen yet`);
  const sure = reachedOrdinals(head, lanes, records, false);
  const may = reachedOrdinals(head, lanes, records, true);
  const picked = wanted.withDoubt ? may : sure;
  const plan = await loadPlan(table, id, burst.contentHash);
  const chunks = Math.ceil(head.recipients / head.chunkRecipients);
  const members = after < chunks ? await loadManifestChunk(table, id, head.freeze, after) : [];
  const people = members.filter(
    ({ ordinal, address }) =>
      !isErased(address) &&
      picked[ordinal] === 1 &&
      (leg === undefined || rangeOf(head, ordinal)?.leg === leg),
  );
  if (!wanted.dryRun) {
    const lists = new Map(
      plan.legs.flatMap((one) => (one.kind === 'email' ? [[one.name, one.audience]] : [])),
    );
    await save(context, head, { people, audience, lists });
    if (after === 0) await audit(context, id, 'copy_reached', undefined, { audience });
  }
  return {
    burst: id,
    audience,
    people: people.length,
    reached: sum(sure),
    inDoubt: sum(may) - sum(sure),
    ...(after + 1 < chunks ? { next: after + 1 } : {}),
  };
}

interface Copy {
  readonly people: readonly Member[];
  readonly audience: string;
  /** The list of each leg: what is known of a person there goes along. */
  readonly lists: ReadonlyMap<string, string>;
}

async function save(
  { table, clock, entropy }: CommandContext,
  head: ManifestHead,
  { people, audience, lists }: Copy,
): Promise<void> {
  const nonce = () => entropy.id();
  const changing = await beginChange(table, audience, { now: clock.now(), nonce });
  for (let from = 0; from < people.length; from += WRITES_AT_ONCE) {
    const some = people.slice(from, from + WRITES_AT_ONCE).map(async (member) => {
      const { ordinal, address, fields, zone } = member;
      const contactId = contactIdOf(address);
      const list = lists.get(rangeOf(head, ordinal)?.leg ?? '');
      const known = list === undefined ? undefined : await loadContact(table, list, contactId);
      const base = { id: contactId, address, fields, ...(zone === undefined ? {} : { zone }) };
      await saveContact(table, { ...base, ...known, audience });
    });
    await Promise.all(some);
  }
  await endChange(table, changing, undefined, nonce);
}

function sum(marks: Uint8Array): number {
  return marks.reduce((total, mark) => total + mark, 0);
}
