// Legs that write to parts of one list: made disjoint by their order, so that nobody gets two messages.

import { canonicalJson } from '#domain/canonical-json.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import type { Segment } from '#domain/segment.ts';
import type { Compilation, CompiledLeg } from './compile-plan.ts';

/**
 * Whoever fits several legs is written to by the first of them: each later leg leaves out whom the
 * legs before it mean. A leg for the whole list leaves nobody, so it has to stand last.
 */
export function disjoint(
  compilation: Compilation,
  legs: readonly CompiledLeg[],
): readonly CompiledLeg[] {
  const done: EmailLegPlan[] = [];
  return legs.map((leg) => {
    const { plan } = leg;
    if (plan.kind !== 'email') return leg;
    const before = done.filter((other) => isTogether(other, plan));
    done.push(plan);
    const [first] = before;
    if (!first) return leg;
    const whole = before.find((other) => other.segment === undefined);
    const same = before.find((other) => spelt(other.segment) === spelt(plan.segment));
    if (whole) return refused(compilation, leg, `${whole.name} writes to all of the list`);
    if (same) return refused(compilation, leg, `${same.name} writes to the very same people`);
    const names = before.map((other) => other.name).join(', ');
    compilation.notes.push(
      `${plan.name} writes to whoever of the list "${plan.audience}" is not meant by ${names}: nobody gets two messages`,
    );
    const others = before.flatMap(({ segment }) => (segment ? [{ not: segment }] : []));
    const all: Segment[] = plan.segment ? [plan.segment, ...others] : others;
    const [only] = all;
    return { ...leg, plan: { ...plan, segment: all.length === 1 && only ? only : { all } } };
  });
}

/** The same list, and no two outcomes of which only one is fired. */
function isTogether(one: EmailLegPlan, other: EmailLegPlan): boolean {
  if (one.audience !== other.audience) return false;
  if (one.outcome === undefined || other.outcome === undefined) return true;
  return one.outcome === other.outcome;
}

function refused(compilation: Compilation, leg: CompiledLeg, why: string): CompiledLeg {
  const { plan } = leg;
  const list = plan.kind === 'email' ? plan.audience : '';
  compilation.problem(
    ['burst'],
    `two email legs write to the list "${list}", and ${why}: nobody is left for ${plan.name}`,
    'segments that differ; a leg for the rest of the list stands last',
  );
  return leg;
}

function spelt(segment: Segment | undefined): string {
  return segment === undefined ? '' : canonicalJson(segment);
}
