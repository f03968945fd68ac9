// The report of a burst with everything it was computed from: enough to compute it anywhere.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import { buildExport, type ReportExport } from '#feedback/build-report.ts';
import { findBurst } from './change-burst.ts';
import { type ReadContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const ExportResultsInput = z.strictObject({ burst: Id });

/** Aggregates only: nobody's address, nobody's ordinal. Throws Refusal `burst_unknown`. */
export async function exportResults(
  context: ReadContext,
  input: z.output<typeof ExportResultsInput>,
): Promise<ReportExport> {
  requireScope(context, 'viewer');
  const { burst: id } = parseInput(ExportResultsInput, input);
  return buildExport(context.table, await findBurst(context, id), context.clock.now());
}
