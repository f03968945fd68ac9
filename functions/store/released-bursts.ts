// Bursts that may have called somebody, by the moment they were planned for.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { listBursts } from './bursts.ts';
import { monthOf } from './keys.ts';

const DAY_MS = 86_400_000;

/**
 * Bursts with a moment from `since` on that have been released by now, earliest first. One query a
 * month and one small read a burst; eventually consistent.
 */
export async function releasedBursts(table: Table, since: number, now: number): Promise<Burst[]> {
  const months = new Set<string>();
  for (let at = since; at < now; at += 28 * DAY_MS) months.add(monthOf(at));
  // Legs may start up to a day before the moment.
  for (const at of [now, now + DAY_MS]) months.add(monthOf(at));
  const bursts: Burst[] = [];
  for (const month of months) bursts.push(...(await listBursts(table, month)));
  return bursts
    .filter(({ momentAt = 0, committedEpoch }) => momentAt >= since && committedEpoch !== undefined)
    .sort((a, b) => (a.momentAt ?? 0) - (b.momentAt ?? 0));
}
