// A burst as an answer shows it: times in both forms, legs, and what it waits for.

import { type Burst, wakeAt } from '#domain/burst.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import { Refusal } from '#domain/faults.ts';
import { renderMoment } from '#domain/moment.ts';
import { digestOf } from './secret-digest.ts';

export interface BurstView {
  readonly burst: string;
  readonly state: Burst['state'];
  readonly revision: number;
  /** Changes with every command and every step of the release; a runner's heartbeat leaves it. */
  readonly version: string;
  readonly contentHash: string;
  readonly plannedBy: string;
  readonly approvalPolicy: Burst['approvalPolicy'];
  readonly approval?: Burst['approval'];
  /** The burst that it follows, and was approved with. */
  readonly follows?: string;
  readonly zone: string;
  readonly moment?: MomentView;
  readonly standbyFrom?: MomentView;
  readonly standbyUntil?: MomentView;
  readonly outcomes?: readonly string[];
  readonly outcome?: string;
  readonly reason?: string;
  readonly nextAt?: number;
  readonly releasedAt?: number;
  readonly stoppedAt?: number;
  readonly sentAt?: number;
  readonly legs: Burst['legs'];
}

export interface MomentView {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** In the zone it was planned in, and in UTC. */
  readonly text: string;
}

export function describeBurst(burst: Burst): BurstView {
  const { zone } = burst;
  const nextAt = wakeAt(burst);
  return {
    burst: burst.id,
    state: burst.state,
    revision: burst.revision,
    version: versionOf(burst),
    contentHash: burst.contentHash,
    plannedBy: burst.plannedBy,
    approvalPolicy: burst.approvalPolicy,
    zone,
    legs: burst.legs,
    ...given('follows', burst.follows),
    ...given('approval', burst.approval),
    ...given('moment', momentView(burst.momentAt, zone)),
    ...given('standbyFrom', momentView(burst.standbyFrom, zone)),
    ...given('standbyUntil', momentView(burst.standbyUntil, zone)),
    ...given('outcomes', burst.outcomes),
    ...given('outcome', burst.outcome),
    ...given('reason', burst.reason),
    ...given('nextAt', nextAt),
    ...given('releasedAt', burst.releasedAt),
    ...given('stoppedAt', burst.stoppedAt),
    ...given('sentAt', burst.sentAt),
  };
}

/** A digest of what a person may have looked at before giving a command. */
export function versionOf(burst: Burst): string {
  const { state, contentHash, approval, approvalPolicy, zone, momentAt, standbyFrom } = burst;
  const { standbyUntil, outcome, reason, legs } = burst;
  const seen = { state, contentHash, approval, approvalPolicy, zone, momentAt, standbyFrom };
  const rest = { standbyUntil, outcome, reason, legs };
  const plain = JSON.parse(JSON.stringify({ ...seen, ...rest })) as object;
  return digestOf(canonicalJson(plain)).slice(0, 22);
}

/** Throws Refusal `precondition_failed` when the command was meant for another version. */
export function requireVersion(
  expected: readonly string[] | undefined,
  burst: Burst | undefined,
): void {
  if (expected === undefined) return;
  if (burst && (expected.includes('*') || expected.includes(versionOf(burst)))) return;
  const what = burst ? 'the burst has changed since it was looked at' : 'there is no such burst';
  throw new Refusal('precondition_failed', what, { field: 'If-Match' });
}

function momentView(at: number | undefined, zone: string): MomentView | undefined {
  // To the second: the thousandths of an order to fire are in `at`, and no news to anybody.
  return at === undefined ? undefined : { at, text: renderMoment(at - (at % 1_000), zone) };
}

function given<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: V });
}
