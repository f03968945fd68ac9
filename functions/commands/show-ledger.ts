// The ledger of a burst as it stands, for whoever checks it against the providers' own logs.

import * as z from 'zod/mini';
import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import type { Lane } from '#domain/lane.ts';
import { type ManifestHead, type Member, rangeOf } from '#domain/manifest.ts';
import type { WindowRecord } from '#domain/window-record.ts';
import { type LegItem, listLegs } from '#store/legs.ts';
import { loadManifestChunk, loadManifestHead } from '#store/manifests.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { type Progress, progressOf, readLedger } from './progress.ts';

export const ShowLedgerInput = z.strictObject({ burst: Id });

export interface ShownLedger {
  readonly burst: Burst;
  readonly head?: ManifestHead;
  readonly lanes: readonly Lane[];
  readonly records: readonly WindowRecord[];
  readonly legs: readonly Omit<LegItem, 'prepared'>[];
  readonly sent: Progress;
}

/** No personal data: ordinals only. Throws Refusal `burst_unknown`. */
export async function showLedger(
  context: CommandContext,
  input: z.output<typeof ShowLedgerInput>,
): Promise<ShownLedger> {
  requireScope(context, 'operator');
  const { burst: id } = parseInput(ShowLedgerInput, input);
  const burst = await findBurst(context, id);
  const [ledger, legs] = await Promise.all([
    readLedger(context.table, burst),
    listLegs(context.table, id),
  ]);
  const { head, lanes, records } = ledger;
  return {
    burst,
    ...(head === undefined ? {} : { head }),
    lanes,
    records,
    legs: legs.map(({ prepared: _request, ...leg }) => leg),
    sent: progressOf(burst, ledger, context.clock.now()),
  };
}

const RECIPIENTS_MAX = 2_000;

export const ListRecipientsInput = z.strictObject({
  burst: Id,
  /** At most so many; an answer never spans two chunks of the manifest. */
  limit: z.optional(z.int().check(z.gte(1), z.lte(RECIPIENTS_MAX))),
  /** The `next` of the page before: the ordinal it ended with. */
  after: z.optional(z.int().check(z.gte(0), z.lte(1_000_000_000))),
});

export interface ListedRecipients {
  readonly recipients: readonly (Pick<Member, 'ordinal' | 'address'> & {
    readonly leg: string;
    readonly isHeldBack: boolean;
  })[];
  readonly next?: number;
}

/** Personal data: for admins only. Throws Refusal `not_frozen` before the audience is frozen. */
export async function listRecipients(
  context: CommandContext,
  input: z.output<typeof ListRecipientsInput>,
): Promise<ListedRecipients> {
  requireScope(context, 'admin');
  const { burst: id, limit = RECIPIENTS_MAX, after = -1 } = parseInput(ListRecipientsInput, input);
  const head = await loadManifestHead(context.table, id);
  if (!head) throw new Refusal('not_frozen', `the audience of burst ${id} is not frozen yet`);
  if (after + 1 >= head.recipients) return { recipients: [] };
  const chunk = Math.floor((after + 1) / head.chunkRecipients);
  const members = await loadManifestChunk(context.table, id, head.freeze, chunk);
  const page = members.filter(({ ordinal }) => ordinal > after).slice(0, limit);
  const recipients = page.map(({ ordinal, address }) => {
    const range = rangeOf(head, ordinal);
    const isHeldBack = range !== undefined && ordinal >= range.sendableTo;
    return { ordinal, address, leg: range?.leg ?? '', isHeldBack };
  });
  const next = recipients.at(-1)?.ordinal ?? head.recipients;
  return next + 1 < head.recipients ? { recipients, next } : { recipients };
}
