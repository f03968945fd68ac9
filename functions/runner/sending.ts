// What all lanes of one burst share while they send.

import type { Sender } from '#channels/contract.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { Pace } from '#domain/pace.ts';
import type { Plan } from '#domain/plan.ts';
import type { Clock } from '#domain/ports.ts';
import type { Breaker } from './breaker.ts';
import type { EvenLanes } from './even-lanes.ts';
import type { Guard } from './guard.ts';
import type { HoldBack } from './hold-back.ts';
import type { Holding } from './holding.ts';
import type { Members } from './members.ts';
import type { RunnerPorts } from './ports.ts';
import type { RateShare } from './rate-share.ts';

export interface Sending {
  readonly ports: RunnerPorts;
  readonly clock: Clock;
  readonly holding: Holding;
  readonly guard: Guard;
  readonly holdBack: HoldBack;
  readonly breaker: Breaker;
  readonly pace: Pace;
  readonly evenLanes: EvenLanes;
  readonly share: RateShare;
  readonly plan: Plan;
  readonly head: ManifestHead;
  readonly members: Members;
  readonly senders: ReadonlyMap<string, Sender>;
  /** Hand over before this instant. */
  readonly until: number;
  /** Legs with nothing to do before an instant: those who are kept, or a wave that waits. */
  readonly waits: Map<string, number>;
  /** Notes the first provider call of each leg in this release. */
  called(leg: string, at: number): void;
  firstCallAt(leg: string): number | undefined;
}
