// What happened to a burst that people have to hear of: carried by the header, so that it is written
// with what happened in one write and nobody's death loses it.

import * as z from 'zod/mini';
import type { Advanced } from './advance.ts';
import type { Burst } from './burst.ts';
import { Name } from './ids.ts';
import type { LegState } from './leg.ts';

export const Untold = z.strictObject({
  about: z.enum(['missed', 'held', 'released', 'stopped', 'finished', 'decided', 'leg']),
  leg: z.optional(Name),
  /** The revision of the header that it came with: names the occasion. */
  revision: z.int(),
});
export type Untold = z.output<typeof Untold>;

/** A header stays small; more than this at once is one story told many times. */
const UNTOLD_MAX = 20;

/** Legs that ended otherwise than planned, or nobody knows how. */
const TROUBLED: ReadonlySet<LegState> = new Set(['missed', 'rejected', 'in_doubt', 'dropped']);

export function needsPerson(state: LegState): boolean {
  return TROUBLED.has(state);
}

/** The header of an answer with what its commands want told; the same answer where that is nothing. */
export function withUntold(
  before: Burst,
  answer: Extract<Advanced, { kind: 'advanced' }>,
): Extract<Advanced, { kind: 'advanced' }> {
  const revision = before.revision + 1;
  const fresh = answer.commands.flatMap((command): Untold[] => {
    if (command.kind !== 'notify') return [];
    const { about, leg } = command;
    return [{ about, revision, ...(leg === undefined ? {} : { leg }) }];
  });
  if (fresh.length === 0) return answer;
  const untold = [...(answer.burst.untold ?? []), ...fresh].slice(-UNTOLD_MAX);
  return { ...answer, burst: { ...answer.burst, untold } };
}
