// Standing orders not to message an address, one item for each reason, so that lifting a bounce
// never lifts an unsubscribe.

import { isTimely } from '#domain/is-timely.ts';
import type { Item, Table } from '#domain/ports.ts';
import { Suppression, type SuppressionReason } from '#domain/suppression.ts';
import { appendTimely } from './change-log.ts';
import { fromItem, toItem } from './item.ts';
import { keys, SHARDS, shardOf, stretches } from './keys.ts';
import { pagesOf, queryAll } from './query-all.ts';
import { putSame } from './save.ts';

/** The weightiest first: the reason a person is told when there are several. */
const WEIGHT: readonly SuppressionReason[] = [
  'erased',
  'complained',
  'unsubscribed',
  'withdrawn',
  'by_operator',
  'bounced',
];

/**
 * First the change log, then the order; resolves only when both are written, so that whoever got
 * an answer is left out by every call that starts more than half a second later. Repeatable.
 * Where the order took long, a freeze may have missed it and its readers the entry: once more then.
 * @param now the writer's clock, where `suppression.at` is the time of an older event
 */
export async function suppress(
  table: Table,
  suppression: Suppression,
  changeId: string,
  now: () => number = () => suppression.at,
): Promise<void> {
  const { digest, reason } = suppression;
  const entry = { id: changeId, kind: 'suppressed', digest, reason } as const;
  const at = await appendTimely(table, entry, now);
  const key = keys.suppression(shardOf(digest), digest, reason);
  await putSame(table, toItem(Suppression, key, suppression));
  if (!isTimely(at, now())) await appendTimely(table, entry, now);
}

/** The weightiest order against an address, or undefined; read strongly. */
export async function findSuppression(
  table: Table,
  digest: string,
): Promise<Suppression | undefined> {
  const stretch = stretches.suppressions(shardOf(digest), digest);
  const items = await queryAll(table, { ...stretch, consistent: true });
  const orders = items.map(decode);
  return orders.sort((a, b) => WEIGHT.indexOf(a.reason) - WEIGHT.indexOf(b.reason))[0];
}

/**
 * The digests of all suppressed addresses; read strongly. For a freeze: it costs one read unit for
 * about forty orders, where asking for every recipient would cost one each.
 * @param erased the digests of those who asked to be forgotten are added to it
 */
export async function listSuppressed(
  table: Table,
  erased = new Set<string>(),
): Promise<Set<string>> {
  const digests = new Set<string>();
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const query = { pk: keys.suppressions(shard), consistent: true };
    for await (const items of pagesOf(table, query)) {
      for (const { digest, reason } of items.map(decode)) {
        digests.add(digest);
        if (reason === 'erased') erased.add(digest);
      }
    }
  }
  return digests;
}

/**
 * The weightiest reason by digest, for as long as there are at most so many addresses; undefined
 * where there are more.
 */
export async function someSuppressed(
  table: Table,
  max: number,
): Promise<Map<string, SuppressionReason> | undefined> {
  const reasons = new Map<string, SuppressionReason>();
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const query = { pk: keys.suppressions(shard), consistent: true };
    for await (const items of pagesOf(table, query)) {
      for (const { digest, reason } of items.map(decode)) {
        const other = reasons.get(digest);
        if (other === undefined || isWeightier(reason, other)) reasons.set(digest, reason);
      }
      if (reasons.size > max) return undefined;
    }
  }
  return reasons;
}

function isWeightier(one: SuppressionReason, other: SuppressionReason): boolean {
  return WEIGHT.indexOf(one) < WEIGHT.indexOf(other);
}

function decode(item: Item): Suppression {
  return fromItem(Suppression, item);
}
