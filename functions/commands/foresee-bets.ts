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
  /** Of a leg that tests first. */
  readonly test?: ForeseenTest;
  /** Of a leg that sends to everybody at once: what `test: auto` would do instead. */
  readonly proposedTest?: ForeseenTest;
}

/** How many are tested, and which answers that gives up. */
interface ForeseenTest {
  readonly recipients: number;
  readonly spread: number;
  readonly forgoneAnswers: number;
  readonly visibleLift: number | null;
}

const POWER = 0.8;
/** Larger lifts than this hardly ever happen (statistics S17). */
const LIFT_WARNED = 0.3;
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
        ...(leg.waves ? {} : { proposedTest: proposed(plan, { recipients, arms }) }),
      },
    ];
  });
}

interface Sizes {
  readonly recipients: number;
  readonly arms: number;
}

function testOf(
  plan: Plan,
  leg: EmailLegPlan,
  { recipients, arms }: Sizes,
): ForeseenTest | undefined {
  const [first, ...later] = leg.waves ?? [];
  if (!first || !later.some(({ bet }) => bet !== undefined)) return undefined;
  const spread = first.test?.spread ?? plan.registration.expectedRate * USUAL_SPREAD;
  const tested = first.test
    ? testSize({ N: recipients, arms, ...first.test }).n
    : Math.min(recipients, first.recipients ?? Math.round((first.share ?? 1) * recipients));
  return tested < 1 ? undefined : foreseen(plan, { recipients: tested, arms, spread });
}

function proposed(plan: Plan, { recipients, arms }: Sizes): ForeseenTest {
  const { expectedRate: rate } = plan.registration;
  const spread = rate * USUAL_SPREAD;
  const { n } = testSize({ N: recipients, arms, rate, spread });
  return foreseen(plan, { recipients: n, arms, spread });
}

function foreseen(
  plan: Plan,
  { recipients, arms, spread }: Sizes & { readonly spread: number },
): ForeseenTest {
  return {
    recipients,
    spread,
    forgoneAnswers: testCost({ n: recipients, arms, spread }).forgone,
    visibleLift: liftOf(plan, recipients / arms),
  };
}

function liftOf({ registration }: Plan, perCall: number): number | null {
  const { expectedRate: p1, alphaFinal: alpha } = registration;
  const { p2 } = mde({ n: perCall, p1, alpha, power: POWER });
  return p2 === null ? null : p2 / p1 - 1;
}

/** Where only a lift that hardly ever happens could be seen, that is said before the send. */
export function liftNotes(comparisons: readonly ForeseenComparison[]): string[] {
  return comparisons.flatMap(({ leg, recipients, visibleLift, test }) => {
    if (test || (visibleLift !== null && visibleLift <= LIFT_WARNED)) return [];
    const share = `${LIFT_WARNED * 100}%`;
    return [
      `${leg}: with ${recipients} people only a lift above ${share} could be seen: fewer calls, or more people, would tell more`,
    ];
  });
}
