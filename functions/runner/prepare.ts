// Everything that can be done before T without being visible, and go/no-go over its result.

import type { AddressableChannel, BroadcastChannel, Problem, Sender } from '#channels/contract.ts';
import { codeOf } from '#domain/faults.ts';
import { isFinal, type LegSummary } from '#domain/leg.ts';
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
}

/**
 * Prepares every leg that takes part; safe to repeat at any time. Legs that cannot be made ready
 * are held, dropped or let go as their plan says. Returns undefined when the whole burst is held.
 */
export async function prepare(
  ports: RunnerPorts,
  holding: Holding,
  options: { readonly isReleased: boolean },
): Promise<Readied | undefined> {
  const plan = await loadPlan(ports.table, holding.burst.id, holding.burst.contentHash);
  const quota = await readQuota(ports, plan);
  const head = await freeze(ports, holding, plan, quota.perSecond);
  const senders = new Map<string, Sender>();
  for (const leg of plan.legs) {
    const summary = holding.burst.legs.find((one) => one.name === leg.name);
    if (!summary || isFinal(summary.state)) continue;
    const problems =
      leg.kind === 'email'
        ? [...(await readySender(ports, plan, leg, senders)), ...quotaProblems(leg, head, quota)]
        : await readyPostOnce(ports, holding, plan, leg, options.isReleased ? summary : undefined);
    if (options.isReleased) continue;
    if ((await goOrNoGo(holding, summary, problems)) === 'held') return undefined;
  }
  if (!options.isReleased) {
    const { recipients, lanes } = head;
    const { epoch } = holding;
    const now = ports.clock.now();
    await holding.apply({ kind: 'prepared', epoch, now, recipients, lanes: lanes.length });
  }
  return { plan, head, senders, quotaPerSecond: quota.perSecond };
}

/** After the release only a leg that is still to start may be prepared again. */
async function readyPostOnce(
  ports: RunnerPorts,
  holding: Holding,
  plan: Plan,
  leg: BroadcastLegPlan,
  released: LegSummary | undefined,
): Promise<Problem[]> {
  if (released && released.state !== 'prepared') return [];
  return readyPost(ports, holding, plan, leg);
}

/** Go/no-go for one leg: its first error decides; the operator chose beforehand what that means. */
async function goOrNoGo(
  holding: Holding,
  summary: LegSummary,
  problems: readonly Problem[],
): Promise<'go' | 'dropped' | 'held'> {
  const { epoch } = holding;
  const error = problems.find((problem) => problem.severity === 'error');
  if (error && summary.ifNotReady === 'hold') {
    if (holding.burst.state === 'armed') {
      await holding.apply({ kind: 'hold', epoch, reason: `${summary.name}: ${error.code}` });
    }
    return 'held';
  }
  if (error && summary.ifNotReady === 'drop') {
    const reason = error.code;
    await holding.apply({ kind: 'leg', epoch, name: summary.name, state: 'dropped', reason });
    return 'dropped';
  }
  if (summary.state === 'planned') {
    await holding.apply({ kind: 'leg', epoch, name: summary.name, state: 'prepared' });
  }
  return 'go';
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
  senders: Map<string, Sender>,
): Promise<Problem[]> {
  const channel = ports.channels.get(leg.channel) as AddressableChannel | undefined;
  if (channel?.kind !== 'addressable') return [noChannel(leg.name, leg.channel)];
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
  const neededUntil = (holding.burst.momentAt ?? clock.now()) + leg.offsetMs + leg.deadlineMs;
  if (stored?.prepared && stored.contentHash === holding.burst.contentHash) {
    if (stored.prepared.freshUntil > neededUntil) return [];
  }
  try {
    const context = await contextOf(ports, plan, leg);
    const problems = channel.check(context, await channel.describe(leg.connection));
    if (problems.some((problem) => problem.severity === 'error')) return [...problems];
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
  const call = plan.calls.find((one) => one.name === leg.call);
  const key = await ports.signingKey();
  const claims = { purpose: 'click', burst: plan.burst, leg: leg.name, call: leg.call } as const;
  const token = sign(claims, new URL(plan.linkBase).host, key);
  const base = {
    burst: plan.burst,
    leg,
    link: `${plan.linkBase}/c/${token}`,
    say: call?.say ?? '',
  };
  if (!leg.image) return base;
  return { ...base, image: await loadMedia(ports.table, leg.image.sha256) };
}

/** True while a prepared burst need not be prepared again before this instant. */
export function isPreparedFor(holding: Holding, now: number): boolean {
  const { preparedAt } = holding.burst;
  return preparedAt !== undefined && now - preparedAt < limits.preparedForMs;
}
