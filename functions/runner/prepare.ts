// Everything that can be done before T without being visible, and go/no-go over its result.

import type { AddressableChannel, BroadcastChannel, Problem, Sender } from '#channels/contract.ts';
import { sayOf } from '#domain/announcement.ts';
import { codeOf } from '#domain/faults.ts';
import { isActive, isFinal, type LegSummary } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { BroadcastLegPlan, EmailLegPlan, Plan } from '#domain/plan.ts';
import { sign } from '#domain/token.ts';
import { type LegItem, loadLeg, saveLeg } from '#store/legs.ts';
import { loadMedia } from '#store/media.ts';
import { loadPlan } from '#store/plans.ts';
import { freeze } from './freeze.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

/** All that the release needs, in memory. */
export interface Readied {
  readonly plan: Plan;
  readonly head: ManifestHead;
  readonly senders: ReadonlyMap<string, Sender>;
  /** Recipients a second, as the account states it; 0 when the burst has no email leg. */
  readonly quotaPerSecond: number;
  /** Of the digests of addresses: read beforehand, since at a fire nothing may stand in the way. */
  readonly suppressionKey: string;
  /** What stands against each leg that could not be made ready, by leg: go/no-go decides. */
  readonly errors: ReadonlyMap<string, Problem>;
}

/**
 * Prepares every leg that takes part; safe to repeat at any time. Decides nothing: a leg that
 * could not be made ready is named with its error. Throws where the whole burst cannot be readied.
 */
export async function prepare(ports: RunnerPorts, holding: Holding): Promise<Readied> {
  const plan = await loadPlan(ports.table, holding.burst.id, holding.burst.contentHash);
  const quota = await readQuota(ports, plan);
  const suppressionKey = await ports.suppressionKey();
  const head = await freeze(ports, holding, plan, quota.perSecond);
  const senders = new Map<string, Sender>();
  const errors = new Map<string, Problem>();
  const isReleased = holding.burst.committedEpoch !== undefined;
  for (const leg of plan.legs) {
    const summary = holding.burst.legs.find((one) => one.name === leg.name);
    if (!summary || (isFinal(summary.state) && !mayBeCalledAgain(holding, summary))) continue;
    // After the release a post that may have been called is only read back, never prepared anew.
    if (leg.kind === 'broadcast' && !isActive(summary)) continue;
    const problems =
      leg.kind === 'email'
        ? [
            ...(await readySender(ports, plan, leg, { senders, isReleased })),
            ...quotaProblems(leg, head, quota),
          ]
        : await readyPost(ports, holding, plan, leg);
    const error = problems.find((problem) => problem.severity === 'error');
    if (error) errors.set(leg.name, error);
    await markPrepared(holding, summary, error?.code);
    await holding.renewIfDue();
  }
  if (!isReleased) {
    const { recipients, lanes } = head;
    const { epoch } = holding;
    const now = ports.clock.now();
    await holding.apply({ kind: 'prepared', epoch, now, recipients, lanes: lanes.length });
  }
  return { plan, head, senders, quotaPerSecond: quota.perSecond, suppressionKey, errors };
}

/** While measuring, policy may allow one more call to recipients of a leg that was sent. */
function mayBeCalledAgain(holding: Holding, summary: LegSummary): boolean {
  return holding.burst.state === 'measuring' && summary.state === 'sent';
}

/** Prepared, or planned with the reason that everybody can see long before T. */
async function markPrepared(
  holding: Holding,
  summary: LegSummary,
  reason: string | undefined,
): Promise<void> {
  if (!isActive(summary)) return;
  const state = reason === undefined ? 'prepared' : 'planned';
  if (summary.state === state && summary.reason === reason) return;
  const base = { kind: 'leg', epoch: holding.epoch, name: summary.name, state } as const;
  await holding.apply(reason === undefined ? base : { ...base, reason });
}

interface QuotaNow {
  readonly perSecond: number;
  readonly dayLeft: number;
  readonly sendingEnabled: boolean;
}

/** The account's quota; a quota that cannot be read throws: then nothing is sent. */
async function readQuota(ports: RunnerPorts, plan: Plan): Promise<QuotaNow> {
  const leg = plan.legs.find((one) => one.kind === 'email');
  const channel = leg && ports.channels.get(leg.channel);
  if (channel?.kind !== 'addressable') return { perSecond: 0, dayLeft: 0, sendingEnabled: true };
  const quota = await channel.quota();
  if (!quota.sendingEnabled) ports.log.error('sending_disabled', { burst: plan.burst });
  return {
    perSecond: quota.perSecond,
    dayLeft: quota.perDay - quota.sentLastDay,
    sendingEnabled: quota.sendingEnabled,
  };
}

function quotaProblems(leg: EmailLegPlan, head: ManifestHead, quota: QuotaNow): Problem[] {
  const range = head.legs.find((one) => one.leg === leg.name);
  const recipients = range ? range.sendableTo - range.from : 0;
  const problems: Problem[] = [];
  const add = (code: string, message: string): void => {
    problems.push({ code, field: leg.name, message, severity: 'error' });
  };
  if (!quota.sendingEnabled) add('sending_disabled', 'the SES account may not send at the moment');
  if (recipients > quota.dayLeft) {
    add('daily_quota', `${recipients} recipients, ${quota.dayLeft} left of today's quota`);
  }
  if (quota.perSecond <= 0) add('rate_quota', 'the SES account has no send rate');
  return problems;
}

async function readySender(
  ports: RunnerPorts,
  plan: Plan,
  leg: EmailLegPlan,
  { senders, isReleased }: { senders: Map<string, Sender>; isReleased: boolean },
): Promise<Problem[]> {
  const channel = ports.channels.get(leg.channel) as AddressableChannel | undefined;
  if (channel?.kind !== 'addressable') return [noChannel(leg.name, leg.channel)];
  // Without a sender to send with even a leg that goes as it is does not go: SES would take none.
  const stands = isReleased ? undefined : await channel.checkSender(leg);
  if (stands) return [stands];
  const problems = [...channel.check(leg)];
  const { calls, linkBase } = plan;
  senders.set(leg.name, await channel.prepare({ burst: plan.burst, leg, calls, linkBase }));
  return problems;
}

function noChannel(leg: string, channel: string): Problem {
  const message = `this deployment has no channel ${channel}`;
  return { code: 'channel_unknown', field: leg, message, severity: 'error' };
}

/** Prepares a post unless a prepared one is still fresh at its start plus deadline. */
async function readyPost(
  ports: RunnerPorts,
  holding: Holding,
  plan: Plan,
  leg: BroadcastLegPlan,
): Promise<Problem[]> {
  const channel = ports.channels.get(leg.channel) as BroadcastChannel | undefined;
  if (channel?.kind !== 'broadcast') return [noChannel(leg.name, leg.channel)];
  const { table, clock, entropy } = ports;
  const stored = await loadLeg(table, plan.burst, leg.name);
  const startAt = (holding.burst.momentAt ?? clock.now()) + leg.offsetMs;
  const neededUntil = startAt + leg.deadlineMs;
  if (stored?.prepared && stored.contentHash === holding.burst.contentHash) {
    if (stored.prepared.freshUntil > neededUntil) return [];
  }
  try {
    const context = await contextOf(ports, plan, leg);
    const problems = channel.check(context, await channel.describe(leg.connection));
    if (problems.some((problem) => problem.severity === 'error')) return [...problems];
    // What is staged for a post of the day after tomorrow would be gone by then.
    if (startAt > clock.now() + limits.prepareAheadMs) return [...problems];
    const prepared = await channel.prepare(context);
    const next: LegItem = {
      burst: plan.burst,
      leg: leg.name,
      revision: stored?.revision ?? 0,
      nonce: stored?.nonce ?? holding.holder,
      contentHash: holding.burst.contentHash,
      prepared,
    };
    await saveLeg(table, stored, next, entropy.id());
    return [...problems];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ code: codeOf(error), field: leg.name, message, severity: 'error' }];
  }
}

/** The link of a broadcast leg: one per leg and call, so that it also finds our post again. */
async function contextOf(ports: RunnerPorts, plan: Plan, leg: BroadcastLegPlan) {
  const key = await ports.signingKey();
  const claims = { purpose: 'click', burst: plan.burst, leg: leg.name, call: leg.call } as const;
  const token = sign(claims, new URL(plan.linkBase).host, key);
  const base = {
    burst: plan.burst,
    leg,
    link: `${plan.linkBase}/c/${token}`,
    say: sayOf(plan, leg),
  };
  if (!leg.image) return base;
  return { ...base, image: await loadMedia(ports.table, leg.image.sha256) };
}

/** True while a prepared burst need not be prepared again before this instant. */
export function isPreparedFor(holding: Holding, now: number): boolean {
  const { preparedAt } = holding.burst;
  return preparedAt !== undefined && now - preparedAt < limits.preparedForMs;
}
