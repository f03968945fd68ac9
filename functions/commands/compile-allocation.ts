// Which call goes to whom: one by name, all by chance, or weights.

import type { Path } from '#domain/file-problem.ts';
import type { Allocation, CallToAction } from '#domain/plan.ts';
import type { Compilation } from './compile-plan.ts';

type Weights = string | { readonly [call: string]: number };

/** Undefined when it names a call there is not, or gives no weight at all. */
export function allocationFrom(
  compilation: Compilation,
  path: Path,
  weights: Weights,
  calls: readonly CallToAction[],
): Allocation | undefined {
  if (weights === 'split') return calls.map((call) => ({ call: call.name, weight: 1 }));
  const given = typeof weights === 'string' ? { [weights]: 1 } : weights;
  const allocation = Object.entries(given).map(([call, weight]) => ({ call, weight }));
  const known = allocation.map(({ call }) => isKnownCall(compilation, path, call, calls));
  if (known.includes(false)) return undefined;
  if (allocation.some(({ weight }) => weight > 0)) return allocation;
  return compilation.problem(path, 'at least one call needs a weight above zero');
}

export function isKnownCall(
  compilation: Compilation,
  path: Path,
  call: string,
  calls: readonly CallToAction[],
): boolean {
  if (calls.some((one) => one.name === call)) return true;
  const names = calls.map((one) => one.name).join(', ');
  compilation.problem(path, `there is no call "${call}"; there is ${names}`);
  return false;
}
