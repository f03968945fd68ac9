// The header of a burst: what every runner and every order agrees on.

import { Burst, SCHEMA_VERSION, wakeAt } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { burstOf, keys, monthOf } from './keys.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave, type Saved } from './save.ts';

/** One shard is enough: the index holds one entry for every burst that waits for something. */
const DUE_SHARD = '0';
const INDEX_ATTRIBUTES = ['dueShard', 'wakeAt', 'month'];

/** The burst, or undefined. Throws Fault `schema_too_new` for one that newer code wrote. */
export async function loadBurst(
  table: Table,
  id: string,
  options: { readonly consistent?: boolean } = {},
): Promise<Burst | undefined> {
  const item = await table.get(keys.burst(id), options);
  return item && decode(item);
}

/** Writes a new burst; `lost` when one of this id exists already. */
export function createBurst(table: Table, burst: Burst, nonce: string): Promise<Saved<Burst>> {
  return save(table, undefined, burst, nonce);
}

/** Writes `next` if the burst still stands as in `previous`. */
export function saveBurst(
  table: Table,
  previous: Burst,
  next: Burst,
  nonce: string,
): Promise<Saved<Burst>> {
  return save(table, previous, next, nonce);
}

/** Ids of the bursts that must be looked at by then, soonest first. Eventually consistent. */
export async function dueBursts(table: Table, until: number): Promise<string[]> {
  const items = await queryAll(table, { index: 'due', pk: DUE_SHARD, to: until });
  return items.map((item) => burstOf(item.pk));
}

/** Bursts whose moment lies in a month (`2026-11`, UTC), by moment. One small read for each. */
export async function listBursts(table: Table, month: string): Promise<Burst[]> {
  const entries = await queryAll(table, { index: 'calendar', pk: month });
  const bursts = await Promise.all(entries.map((item) => loadBurst(table, burstOf(item.pk))));
  return bursts.filter((burst) => burst !== undefined);
}

/** A place in a month. */
export interface MonthPlace {
  readonly momentAt: number;
  readonly burst: string;
}

/** The same page by page: at most `limit`, after the place given, whether it is still taken or not. */
export async function pageOfMonth(
  table: Table,
  month: string,
  { after, limit }: { readonly after?: MonthPlace | undefined; readonly limit: number },
): Promise<{ readonly bursts: readonly Burst[]; readonly next?: MonthPlace }> {
  const start = after && { ...keys.burst(after.burst), month, momentAt: after.momentAt };
  const page = await table.query({
    index: 'calendar',
    pk: month,
    limit,
    ...(start ? { after: start } : {}),
  });
  const found = await Promise.all(page.items.map((item) => loadBurst(table, burstOf(item.pk))));
  const bursts = found.filter((burst) => burst !== undefined);
  if (!page.next) return { bursts };
  return {
    bursts,
    next: { momentAt: Number(page.next.momentAt), burst: burstOf(page.next.pk) },
  };
}

function save(
  table: Table,
  previous: Burst | undefined,
  next: Burst,
  nonce: string,
): Promise<Saved<Burst>> {
  return compareAndSave(table, keys.burst(next.id), previous, next, encode, decode, nonce);
}

function encode(burst: Burst): Item {
  const wake = wakeAt(burst) ?? leftAt(burst);
  return {
    ...toItem(Burst, keys.burst(burst.id), burst),
    ...(wake === undefined ? {} : { dueShard: DUE_SHARD, wakeAt: wake }),
    ...(burst.momentAt === undefined ? {} : { month: monthOf(burst.momentAt) }),
  };
}

/** A burst that waits for nothing is still looked at while it has something to be passed on. */
function leftAt({ untold = [], deeds = [] }: Burst): number | undefined {
  return untold.length + deeds.length > 0 ? 0 : undefined;
}

function decode(item: Item): Burst {
  const version = item.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw new Fault(
      'schema_too_new',
      `burst ${burstOf(item.pk)} has schema version ${version}, this code knows ${SCHEMA_VERSION}`,
      { retryable: false },
    );
  }
  return fromItem(Burst, item, INDEX_ATTRIBUTES);
}
