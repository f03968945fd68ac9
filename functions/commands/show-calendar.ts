// Everything planned for a month, by moment.

import * as z from 'zod/mini';
import { type MonthPlace, pageOfMonth } from '#store/bursts.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { pageFields } from './page-of.ts';
import { parseInput } from './parse-input.ts';

/** Where a page ended: the instant, then the burst. */
const PLACE = /^(\d{1,15}(?:\.\d{1,9})?)-([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)$/;

export const ShowCalendarInput = z.strictObject({
  /** Of the moments, in UTC: `2027-03`. */
  month: z.string().check(z.regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'a month is written 2027-03')),
  limit: pageFields.limit,
  /** The `next` of the page before. */
  after: z.optional(z.string().check(z.regex(PLACE, 'after is the next of the page before'))),
});

export interface ShownCalendar {
  readonly month: string;
  readonly bursts: readonly BurstView[];
  readonly next?: string;
}

/** Bursts on stand-by have no moment and stand in the list alone. */
export async function showCalendar(
  context: CommandContext,
  input: z.output<typeof ShowCalendarInput>,
): Promise<ShownCalendar> {
  requireScope(context, 'viewer');
  const { month, limit = 100, after } = parseInput(ShowCalendarInput, input);
  const page = await pageOfMonth(context.table, month, { limit, after: placeOf(after) });
  const shown = { month, bursts: page.bursts.map(describeBurst) };
  if (!page.next) return shown;
  const { momentAt, burst } = page.next;
  return { ...shown, next: `${momentAt}-${burst}` };
}

function placeOf(after: string | undefined): MonthPlace | undefined {
  const [, momentAt, burst] = PLACE.exec(after ?? '') ?? [];
  return momentAt === undefined || burst === undefined
    ? undefined
    : { momentAt: Number(momentAt), burst };
}
