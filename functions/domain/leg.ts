// One channel's part of a burst, as the header keeps it: small, because the header is written often.

import * as z from 'zod/mini';
import { Name } from './ids.ts';

export const LegState = z.enum([
  'planned', // nothing prepared yet
  'prepared', // everything done that can be done unseen
  'dropped', // go/no-go said: without this leg; or another outcome was fired
  'claimed', // committed: from here on it may have happened
  'published', // the post stands
  'rejected', // the network said no, for good
  'in_doubt', // nobody knows whether it left
  'sending', // an addressable leg whose lanes are being worked through
  'sent', // every window of every lane is closed
  'missed', // not released before its deadline
  'not_called', // stopped or abandoned before its call
]);
export type LegState = z.output<typeof LegState>;

export const LegSummary = z.strictObject({
  name: Name,
  channel: Name,
  /** Belongs to this outcome only; absent: to every outcome. */
  outcome: z.optional(Name),
  /** Start relative to T, may be negative. */
  offsetMs: z.int(),
  /** Past T + offset + this the leg is missed. */
  deadlineMs: z.int().check(z.gte(1_000)),
  ifNotReady: z.enum(['hold', 'drop', 'go']),
  state: LegState,
  reason: z.optional(z.string()),
});
export type LegSummary = z.output<typeof LegSummary>;

const FINAL: ReadonlySet<LegState> = new Set([
  'dropped',
  'published',
  'rejected',
  'sent',
  'missed',
  'not_called',
]);

/** Final means: nothing more will be called or read for this leg. */
export function isFinal(state: LegState): boolean {
  return FINAL.has(state);
}

/** Takes part in the release: neither dropped nor already over. */
export function isActive(leg: LegSummary): boolean {
  return leg.state === 'planned' || leg.state === 'prepared';
}
