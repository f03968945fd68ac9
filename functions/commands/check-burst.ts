// What a campaign file would do, on one screen and before anything is written.

import type * as z from 'zod/mini';
import { type CommandContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { type Forecast, forecast } from './forecast.ts';
import { type ForeseenComparison, foreseeComparisons, liftNotes } from './foresee-bets.ts';
import { parseInput } from './parse-input.ts';
import { PlanBurstInput, readPlan } from './plan-burst.ts';
import { type PlanView, viewOf } from './plan-view.ts';

export interface CheckedBurst extends BurstView {
  readonly plan: PlanView;
  /** What the file left open and what was taken instead. */
  readonly defaults: readonly string[];
  /** What the file says without saying it. */
  readonly notes: readonly string[];
  readonly forecast: Forecast;
  /** By email leg: what can be seen with its list, and what its test costs. */
  readonly comparisons: readonly ForeseenComparison[];
}

/**
 * Writes nothing. Throws Refusal `campaign_file_invalid` with file, line and field of every
 * problem; what stands against a channel at the moment is in the forecast.
 */
export async function checkBurst(
  context: CommandContext,
  input: z.output<typeof PlanBurstInput>,
): Promise<CheckedBurst> {
  requireScope(context, 'operator');
  const { compiled, wanted } = await readPlan(context, parseInput(PlanBurstInput, input));
  const { plan, defaults, notes } = compiled;
  const foreseen = await forecast(context, plan, wanted.momentAt);
  const comparisons = foreseeComparisons(plan, foreseen.lists);
  return {
    ...describeBurst(wanted),
    plan: viewOf(plan),
    defaults,
    notes: [...notes, ...liftNotes(comparisons)],
    forecast: foreseen,
    comparisons,
  };
}
