// All bursts, page by page.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { loadBurst } from '#store/bursts.ts';
import { plannedBursts } from '#store/planned-bursts.ts';
import { type ReadContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';

export const ListBurstsInput = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
  /** The `next` of the page before. */
  after: z.optional(Id),
});

export interface ListedBursts {
  readonly bursts: readonly BurstView[];
  readonly next?: string;
}

/** In the order of their ids; one read for each. */
export async function listBursts(
  context: ReadContext,
  input: z.output<typeof ListBurstsInput>,
): Promise<ListedBursts> {
  requireScope(context, 'viewer');
  const { limit = 50, after } = parseInput(ListBurstsInput, input);
  const page = await plannedBursts(context.table, limit, after);
  const found = await Promise.all(page.bursts.map((id) => loadBurst(context.table, id)));
  const bursts = found.filter((burst) => burst !== undefined).map(describeBurst);
  return page.next === undefined ? { bursts } : { bursts, next: page.next };
}
