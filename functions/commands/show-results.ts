// The report of a burst: per channel and call, and what may be said about it.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import type { ShownReport } from '#feedback/build-report.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, type ReadContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const ShowResultsInput = z.strictObject({ burst: Id });

/** Aggregates only. Throws Refusal `burst_unknown`. */
export async function showResults(
  context: ReadContext & Pick<CommandContext, 'buildReport'>,
  input: z.output<typeof ShowResultsInput>,
): Promise<ShownReport> {
  requireScope(context, 'viewer');
  const { burst: id } = parseInput(ShowResultsInput, input);
  const burst = await findBurst(context, id);
  return (await context.buildReport(burst)) as ShownReport;
}
