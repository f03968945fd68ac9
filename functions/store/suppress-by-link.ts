// A suppression as the unsubscribe function writes it: the same items as `suppress`, without zod.

import { isTimely } from '#domain/is-timely.ts';
import type { Item, Table, Written } from '#domain/ports.ts';
import type { ChangeLogEntry, Suppression } from '#domain/suppression.ts';
import { dayOf, keys, shardOf } from './keys.ts';

/** The two operations it needs; every `Table` can give them. */
export interface LeavingTable {
  readonly get: Table['get'];
  readonly putIfAbsent: (item: Item) => Promise<Written>;
}

export interface Leaving {
  /** Keyed digest of the address. */
  readonly digest: string;
  readonly burst: string;
  readonly ordinal: number | undefined;
  /** The writer's clock. */
  readonly now: () => number;
}

/**
 * Repeats of one click arrive together; within this they share one entry of the change log.
 * Far less than the overlap with which runners read the log again.
 */
const REPEATS_WITHIN_MS = 10_000;
const EXPIRES_AFTER_MS = 400 * 86_400_000;

/**
 * First the change log, then the order; resolves when both are written. Repeatable.
 * @returns whether this call made the order, so that one request of many reports the change
 */
export async function suppressByLink(table: LeavingTable, leaving: Leaving): Promise<boolean> {
  const { digest, burst, now } = leaving;
  const key = keys.suppression(shardOf(digest), digest, 'unsubscribed');
  if (await table.get(key, { consistent: true })) return false;
  const loggedAt = await log(table, leaving);
  const order: Suppression = { digest, reason: 'unsubscribed', at: now(), burst };
  const { kind } = await table.putIfAbsent({ ...key, ...plain(order) });
  if (!isTimely(loggedAt, now())) await log(table, leaving);
  return kind === 'written';
}

/** Again where it took so long that readers may have passed its instant. */
async function log(table: LeavingTable, leaving: Leaving): Promise<number> {
  const { digest, burst, ordinal, now } = leaving;
  for (;;) {
    const at = Math.floor(now() / REPEATS_WITHIN_MS) * REPEATS_WITHIN_MS;
    const entry: ChangeLogEntry = {
      id: `u-${digest}`,
      at,
      kind: 'suppressed',
      digest,
      burst,
      ...(ordinal === undefined ? {} : { ordinal }),
      reason: 'unsubscribed',
    };
    const expires = Math.ceil((at + EXPIRES_AFTER_MS) / 1000);
    await table.putIfAbsent({ ...keys.change(dayOf(at), at, entry.id), ...plain(entry), expires });
    if (isTimely(at, now())) return at;
  }
}

/** Only members that are there: the table knows absent, not undefined. None of them is a list. */
function plain(value: ChangeLogEntry | Suppression): Record<string, string | number> {
  const members: Record<string, string | number> = {};
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' || typeof member === 'number') members[name] = member;
  }
  return members;
}
