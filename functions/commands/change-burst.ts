// The one way a command changes a header: decide, write under condition, audit, carry out.

import type { Advanced, BurstCommand } from '#domain/advance.ts';
import { type Burst, isLeased } from '#domain/burst.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import { appendAudit } from '#store/audit-log.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import type { CommandContext } from './context.ts';
import { requireVersion } from './describe-burst.ts';

/** Writers that race for one header: a runner's heartbeats and a few people. */
const ATTEMPTS_MAX = 12;

export interface ChangedBurst {
  readonly burst: Burst;
  /** False when the burst already was as wanted: then nothing was written or audited. */
  readonly isChanged: boolean;
  /** What could not be carried out after the durable write; the next tick makes up for it. */
  readonly warnings: readonly string[];
}

/** The burst, strongly read. Throws Refusal `burst_unknown`. */
export async function findBurst(
  context: Pick<CommandContext, 'table'>,
  id: string,
): Promise<Burst> {
  const burst = await loadBurst(context.table, id, { consistent: true });
  if (burst) return burst;
  throw new Refusal('burst_unknown', `there is no burst ${id}`, { field: 'burst' });
}

/**
 * Applies a decision to the header as it stands; after a lost race the decision is taken anew on
 * what stands there then, never repeated blindly.
 * Throws Refusal with the code of `advance`, `burst_unknown`, `precondition_failed` or `contended`.
 */
export async function changeBurst(
  context: CommandContext,
  id: string,
  what: string,
  decide: (burst: Burst) => Advanced | Promise<Advanced>,
): Promise<ChangedBurst> {
  let burst = await findBurst(context, id);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    requireVersion(context.expected, burst);
    const answer = await decide(burst);
    if (answer.kind === 'refused') throw new Refusal(answer.code, answer.message);
    if (context.isDry) return { burst: answer.burst, isChanged: false, warnings: [] };
    if (answer.burst === burst) return { burst, isChanged: false, warnings: [] };
    const saved = await saveBurst(context.table, burst, answer.burst, context.entropy.id());
    if (saved.kind === 'saved') {
      const warnings = await follow(
        context,
        { before: burst, after: saved.item, what },
        answer.commands,
      );
      return { burst: saved.item, isChanged: true, warnings };
    }
    if (!saved.current)
      throw new Refusal('burst_unknown', `there is no burst ${id}`, { field: 'burst' });
    burst = saved.current;
  }
  throw new Refusal('contended', `burst ${id} changed ${ATTEMPTS_MAX} times meanwhile, try again`);
}

/** What follows a durable write: it stands whatever becomes of these. */
async function follow(
  context: CommandContext,
  change: { readonly before: Burst; readonly after: Burst; readonly what: string },
  commands: readonly BurstCommand[],
): Promise<string[]> {
  const { before, after, what } = change;
  const steps = [
    ...commands.map((command) => carryOut(context, after, command)),
    audit(context, after.id, what, pick(before), pick(after)),
  ];
  const done = await Promise.allSettled(steps);
  return done.flatMap((one) => (one.status === 'rejected' ? [warningOf(one.reason)] : []));
}

async function carryOut(
  context: CommandContext,
  burst: Burst,
  command: BurstCommand,
): Promise<void> {
  switch (command.kind) {
    case 'start_runner':
      if (!isLeased(burst, context.clock.now())) await context.startRunner(burst.id);
      return;
    case 'switch_sending':
      await context.setSending(burst.id, command.enabled);
      return;
    default:
  }
}

/** One entry of the burst's hash chain: who did what, and what that changed. */
export async function audit(
  context: CommandContext,
  burst: string,
  what: string,
  before?: unknown,
  after?: unknown,
): Promise<void> {
  await appendAudit(context.table, {
    burst,
    at: context.clock.now(),
    by: context.principal.name,
    what,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    id: context.entropy.id(),
  });
}

/** The fields of a header that a person's command can change. */
function pick(burst: Burst) {
  const {
    state,
    revision,
    epoch,
    contentHash,
    momentAt,
    standbyFrom,
    standbyUntil,
    outcome,
    reason,
  } = burst;
  return {
    state,
    revision,
    epoch,
    contentHash,
    momentAt,
    standbyFrom,
    standbyUntil,
    outcome,
    reason,
  };
}

function warningOf(error: unknown): string {
  if (error instanceof Fault || error instanceof Refusal) return `${error.code}: ${error.message}`;
  return 'unexpected: a step after the write failed';
}
