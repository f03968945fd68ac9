// Everything planned for a month, by moment.

import * as z from 'zod/mini';
import { listBursts } from '#store/bursts.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';

export const ShowCalendarInput = z.strictObject({
  /** Of the moments, in UTC: `2027-03`. */
  month: z.string().check(z.regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'a month is written 2027-03')),
});

export interface ShownCalendar {
  readonly month: string;
  readonly bursts: readonly BurstView[];
}

/** Bursts on stand-by have no moment and stand in the list alone. */
export async function showCalendar(
  context: CommandContext,
  input: z.output<typeof ShowCalendarInput>,
): Promise<ShownCalendar> {
  requireScope(context, 'viewer');
  const { month } = parseInput(ShowCalendarInput, input);
  const bursts = await listBursts(context.table, month);
  return { month, bursts: bursts.map(describeBurst) };
}
