// Makes the bursts that follow one that was sent. Their ids follow from its own: twice is once.

import { type Burst, SCHEMA_VERSION } from '#domain/burst.ts';
import { isFinal } from '#domain/leg.ts';
import { linkTableOf } from '#domain/link-table-of.ts';
import type { EmailLegPlan, FollowUpPlan, Plan } from '#domain/plan.ts';
import { appendAudit } from '#store/audit-log.ts';
import { createBurst, loadBurst } from '#store/bursts.ts';
import { saveLinkTable } from '#store/link-tables.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { savePlan } from '#store/plans.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

/** A follow-up whose time has passed while its burst was sent leaves so long after it. */
const SOONEST_MS = 60_000;

/**
 * As soon as every email leg is over: a series may go on for days. Before the burst counts as sent,
 * so that whoever takes over makes what is missing. One that was stopped makes nothing.
 */
export async function makeFollowUps(
  ports: RunnerPorts,
  holding: Holding,
  plan: Plan,
): Promise<void> {
  const { burst } = holding;
  const emails = new Set(plan.legs.flatMap((leg) => (leg.kind === 'email' ? [leg.name] : [])));
  const isOver = burst.legs.every((leg) => !emails.has(leg.name) || isFinal(leg.state));
  if (burst.state !== 'releasing' || !isOver) return;
  for (const followUp of plan.followUps ?? []) {
    // A leg that was dropped or missed reached nobody.
    const legs = followUp.legs.filter(({ name }) =>
      holding.burst.legs.some((leg) => leg.name === name && leg.state === 'sent'),
    );
    if (legs.length === 0 || (await loadBurst(ports.table, followUp.burst))) continue;
    await make(ports, holding, plan, { ...followUp, legs });
    await holding.renewIfDue();
  }
}

async function make(
  { table, clock, entropy, log }: RunnerPorts,
  { burst: parent }: Holding,
  plan: Plan,
  followUp: FollowUpPlan,
): Promise<void> {
  const own = planOf(plan, followUp);
  const contentHash = await savePlan(table, own);
  await saveLinkTable(table, own.burst, linkTableOf(own));
  await notePlannedBurst(table, own.burst);
  const now = clock.now();
  const momentAt = Math.floor(
    Math.max((parent.momentAt ?? now) + followUp.afterMs, now + SOONEST_MS),
  );
  const header = headerOf(parent, own, { contentHash, momentAt });
  // Before the burst is there, and under an id of its own: whoever dies here is made up for.
  const id = `follow-up-${contentHash.slice(0, 32)}`;
  const after = { follows: parent.id, approvedWith: parent.contentHash, contentHash, momentAt };
  const by = parent.approval?.by ?? parent.plannedBy;
  await appendAudit(table, { burst: own.burst, at: now, by, what: 'follow_up', after, id });
  const saved = await createBurst(table, header, entropy.id());
  if (saved.kind === 'saved') log.info('follow_up_made', { burst: parent.id, followUp: own.burst });
}

/** What it says is part of the plan that was approved; how it is judged follows from that. */
function planOf(plan: Plan, { burst, legs }: FollowUpPlan): Plan {
  const { outcomes: _o, followUps: _f, approvalAbove: _a, holdout: _h, goal, ...rest } = plan;
  const registered = legs.map(({ name, channel, allocation }) => {
    const isSplit = allocation.filter(({ weight }) => weight > 0).length > 1;
    const design = isSplit ? ('randomised' as const) : ('one_call' as const);
    return { leg: name, channel, design, weights: allocation };
  });
  const registration = { ...plan.registration, legs: registered };
  const own = { ...rest, burst, legs: legs.map(withoutOutcome), registration };
  return { ...own, ...goalOf(goal, legs) };
}

/** The target is the first burst's to reach; whoever is thanked has reached the goal. */
function goalOf(goal: Plan['goal'], legs: FollowUpPlan['legs']): Pick<Plan, 'goal'> {
  if (!goal || legs.every(({ followUp }) => followUp?.who === 'converted')) return {};
  const { target: _t, ...counted } = goal;
  return { goal: counted };
}

/** The outcome has come true; nobody fires a follow-up. */
function withoutOutcome({ outcome: _o, ...leg }: EmailLegPlan): EmailLegPlan {
  return leg;
}

function headerOf(
  parent: Burst,
  plan: Plan,
  { contentHash, momentAt }: Pick<Burst, 'contentHash'> & { readonly momentAt: number },
): Burst {
  return {
    id: plan.burst,
    schemaVersion: SCHEMA_VERSION,
    state: 'scheduled',
    revision: 0,
    nonce: 'new',
    contentHash,
    plannedBy: parent.plannedBy,
    approvalPolicy: 'none',
    follows: parent.id,
    zone: parent.zone,
    momentAt,
    epoch: 0,
    lanes: 0,
    policy: plan.policy,
    legs: plan.legs.map(({ name, channel, offsetMs, deadlineMs, ifNotReady }) => ({
      name,
      channel,
      offsetMs,
      deadlineMs,
      ifNotReady,
      state: 'planned',
    })),
  };
}
