// How long answers take on this account: a count by delay for every burst that was read to its end.

import * as z from 'zod/mini';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { queryAll } from './query-all.ts';
import { putSame } from './save.ts';

const AnswerDelays = z.strictObject({
  /** First answers by the place of `delayEnds`. */
  counts: z.array(z.int().check(z.gte(0))),
  /** When the window of the burst ended. */
  endedAt: z.number(),
});
export type AnswerDelays = z.output<typeof AnswerDelays>;

/** Bursts of one account that a curve is made of: the latest. */
const BURSTS_MAX = 50;

/** Written once, at the final read; a repeat writes the same. */
export async function saveAnswerDelays(
  table: Table,
  metric: string,
  burst: string,
  delays: AnswerDelays,
): Promise<void> {
  await putSame(table, toItem(AnswerDelays, keys.answerDelays(metric, burst), delays));
}

/** Of bursts that had ended by then, the latest first. */
export async function listAnswerDelays(
  table: Table,
  metric: string,
  endedBefore: number,
): Promise<AnswerDelays[]> {
  const { pk } = keys.answerDelays(metric, '');
  const items = await queryAll(table, { pk });
  return items
    .map((item) => fromItem(AnswerDelays, item))
    .filter(({ endedAt }) => endedAt <= endedBefore)
    .sort((one, other) => other.endedAt - one.endedAt)
    .slice(0, BURSTS_MAX);
}
