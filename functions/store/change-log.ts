// What running bursts must hear of at once: suppressions and conversions, in the order of time.

import { Refusal } from '#domain/faults.ts';
import { isTimely } from '#domain/is-timely.ts';
import type { Table } from '#domain/ports.ts';
import { ChangeLogEntry } from '#domain/suppression.ts';
import { fromItem, toItem } from './item.ts';
import { dayOf, keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { putSame } from './save.ts';

const DAY_MS = 86_400_000;
/** No burst runs longer; entries older than this may be deleted. */
const DAYS_MAX = 400;

/**
 * Appends an entry; repeating it changes nothing. Durable once it resolves.
 * Readers find an entry by its `at`: give it the writer's own clock at the time of writing, never
 * the time of an event that arrived late, or a reader that has passed that time misses it.
 */
export async function appendChange(table: Table, entry: ChangeLogEntry): Promise<void> {
  const key = keys.change(dayOf(entry.at), entry.at, entry.id, entry.kind);
  const expires = Math.ceil((entry.at + DAYS_MAX * DAY_MS) / 1000);
  await putSame(table, { ...toItem(ChangeLogEntry, key, entry), expires });
}

/**
 * Appends an entry and resolves only when it was written within half a minute of its instant, so
 * that readers, who look a minute back, find it even where the writer was held up in between.
 * @returns the instant under which it stands
 */
export async function appendTimely(
  table: Table,
  entry: Omit<ChangeLogEntry, 'at'>,
  now: () => number,
): Promise<number> {
  for (;;) {
    const at = now();
    await appendChange(table, { ...entry, at });
    if (isTimely(at, now())) return at;
  }
}

/**
 * Entries of one kind with an instant in [since, until], both ends included, by instant; read strongly.
 * One query for every day (UTC) it spans. Throws Refusal `span_too_long` beyond 400 days.
 */
export async function readChanges(
  table: Table,
  since: number,
  until: number,
  kind: ChangeLogEntry['kind'] = 'suppressed',
): Promise<ChangeLogEntry[]> {
  if (until - since > DAYS_MAX * DAY_MS) {
    const limit = `at most ${DAYS_MAX} days`;
    throw new Refusal('span_too_long', 'the change log is read over too long a span', { limit });
  }
  const entries: ChangeLogEntry[] = [];
  const lastDay = Math.floor(until / DAY_MS);
  for (let day = Math.floor(Math.max(since, 0) / DAY_MS); day <= lastDay; day += 1) {
    const stretch = stretches.changes(dayOf(day * DAY_MS), Math.max(since, 0), until, kind);
    for (const item of await queryAll(table, { ...stretch, consistent: true })) {
      const entry = fromItem(ChangeLogEntry, item, ['expires']);
      if (entry.at >= since && entry.at <= until) entries.push(entry);
    }
  }
  return entries;
}
