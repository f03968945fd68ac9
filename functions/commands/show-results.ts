// The report of a burst: per channel and call, and what may be said about it.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import type { ShownReport } from '#feedback/build-report.ts';
import { listLegs } from '#store/legs.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, type ReadContext, requireScope } from './context.ts';
import { type FollowUpView, followUpsOf } from './follow-ups-of.ts';
import { parseInput } from './parse-input.ts';

export const ShowResultsInput = z.strictObject({ burst: Id });

export interface ShownResults extends ShownReport {
  /** The burst that it follows. */
  readonly follows?: string;
  readonly followUps: readonly FollowUpView[];
  /** Its posts that stand no longer. */
  readonly takenBack: readonly { readonly leg: string; readonly at: number }[];
}

/** Aggregates only. Throws Refusal `burst_unknown`. */
export async function showResults(
  context: ReadContext & Pick<CommandContext, 'buildReport'>,
  input: z.output<typeof ShowResultsInput>,
): Promise<ShownResults> {
  requireScope(context, 'viewer');
  const { burst: id } = parseInput(ShowResultsInput, input);
  const burst = await findBurst(context, id);
  const [report, followUps, legs] = await Promise.all([
    context.buildReport(burst),
    followUpsOf(context.table, burst),
    listLegs(context.table, id),
  ]);
  const { follows } = burst;
  const takenBack = legs.flatMap(({ leg, retractedAt }) =>
    retractedAt === undefined ? [] : [{ leg, at: retractedAt }],
  );
  return {
    ...(report as ShownReport),
    ...(follows === undefined ? {} : { follows }),
    followUps,
    takenBack,
  };
}
