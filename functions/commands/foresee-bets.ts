// What can be seen with a list, and what its test costs: said before anybody approves it.

import { callsOfBet } from '#domain/bet-wave.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { mde } from '#statistics/mde.ts';
import { testCost } from '#statistics/test-cost.ts';
import { testSize } from '#statistics/test-size.ts';

/** Of one email leg that carries several calls; from the expected rate, which is a guess. */
export interface ForeseenComparison {
  readonly leg: string;
  readonly recipients: number;
  /** The share that is expected to answer. */
  readonly expectedRate: number;
  /** The smallest lift that four of five such sends would show at the final read; null: none. */
  readonly visibleLift: number | null;
  /** Of a leg that tests first: how many, and which answers that gives up. */
  readonly test?: {
    readonly recipients: number;
    readonly spread: number;
    readonly forgoneAnswers: number;
    readonly visibleLift: number | null;
  };
}

const POWER = 0.8;
/** Of the expected rate: what rates of calls differ by where the file does not say. */
const USUAL_SPREAD = 0.2;

export function foreseeComparisons(
  plan: Plan,
  lists: readonly { readonly leg: string; readonly recipients?: number }[],
): ForeseenComparison[] {
  return plan.legs.flatMap((leg): ForeseenComparison[] => {
    const recipients = lists.find((list) => list.leg === leg.name)?.recipients ?? 0;
    if (leg.kind !== 'email' || recipients === 0) return [];
    const arms = callsOfBet(leg).length;
    if (arms < 2 || recipients < arms) return [];
    const { expectedRate } = plan.registration;
    const test = testOf(plan, leg, { recipients, arms });
    return [
      {
        leg: leg.name,
        recipients,
        expectedRate,
        visibleLift: liftOf(plan, recipients / arms),
        ...(test === undefined ? {} : { test }),
      },
    ];
  });
}

function testOf(
  plan: Plan,
  leg: EmailLegPlan,
  { recipients, arms }: { readonly recipients: number; readonly arms: number },
): ForeseenComparison['test'] {
  const [first, ...later] = leg.waves ?? [];
  if (!first || !later.some(({ bet }) => bet !== undefined)) return undefined;
  const spread = first.test?.spread ?? plan.registration.expectedRate * USUAL_SPREAD;
  const tested = first.test
    ? testSize({ N: recipients, arms, ...first.test }).n
    : Math.min(recipients, first.recipients ?? Math.round((first.share ?? 1) * recipients));
  if (tested < 1) return undefined;
  return {
    recipients: tested,
    spread,
    forgoneAnswers: testCost({ n: tested, arms, spread }).forgone,
    visibleLift: liftOf(plan, tested / arms),
  };
}

function liftOf({ registration }: Plan, perCall: number): number | null {
  const { expectedRate: p1, alphaFinal: alpha } = registration;
  const { p2 } = mde({ n: perCall, p1, alpha, power: POWER });
  return p2 === null ? null : p2 / p1 - 1;
}
