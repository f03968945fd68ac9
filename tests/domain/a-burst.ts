// Bursts to begin a test with.

import type { Burst } from '#domain/burst.ts';
import type { LegSummary } from '#domain/leg.ts';

export const T = Date.parse('2027-03-04T09:00:00Z');
export const hash = 'a'.repeat(64);

export function aLeg(over: Partial<LegSummary> = {}): LegSummary {
  return {
    name: 'prospects',
    channel: 'email',
    offsetMs: 0,
    deadlineMs: 60_000,
    ifNotReady: 'hold',
    state: 'planned',
    ...over,
  };
}

export function aBurst(over: Partial<Burst> = {}): Burst {
  return {
    id: 'atlas-launch',
    schemaVersion: 1,
    state: 'draft',
    revision: 1,
    nonce: 'n1',
    contentHash: hash,
    plannedBy: 'nora',
    approvalPolicy: 'none',
    zone: 'Europe/Paris',
    epoch: 0,
    lanes: 0,
    policy: 'at-most-once',
    legs: [aLeg(), aLeg({ name: 'mastodon', channel: 'mastodon' })],
    ...over,
  };
}
