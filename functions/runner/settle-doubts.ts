// People in doubt: settled by events, at whatever time; by policy only after silence has meaning.

import { type Burst, legStartAt } from '#domain/burst.ts';
import type { Lane } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import { type EntryOutcome, isUnchanged, type WindowRecord } from '#domain/window-record.ts';
import { listLanes } from '#store/lanes.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import { arrivedShare, Evidence } from './evidence.ts';
import type { Holding } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

export interface Doubts {
  /** Entries still in doubt whose grace time runs. */
  readonly waiting: number;
  /** Entries whose grace time is over without proof; an event is believed whenever it comes. */
  readonly unproven: number;
  /** Records, by name, with entries that policy allows to be called once more. */
  readonly resend: ReadonlySet<string>;
}

/** The windows of a lane have one record each. */
export function nameOf({ lane, from }: Pick<WindowRecord, 'lane' | 'from'>): string {
  return `${lane}/${from}`;
}

/**
 * Writes what the events prove. Silence decides nothing until the grace time is over; then an
 * entry is *unproven*, or, where policy says so and the events of its neighbours show the pipe
 * alive, may be called once more.
 */
export async function settleDoubts(ports: RunnerPorts, holding: Holding): Promise<Doubts> {
  const { burst } = holding;
  const { table } = ports;
  const records = await listWindowRecords(table, burst.id);
  const evidence = new Evidence(table, burst.id, burst.recipients ?? 0);
  const doubtful = records.filter((record) => record.outcomes.some(isOpen));
  let waiting = 0;
  let unproven = 0;
  const resend = new Set<string>();
  for (const record of doubtful) {
    const isOver = ports.clock.now() >= record.recordedAt + limits.graceMs;
    const mayResend = isOver && (await resendable(ports, holding, record, records, evidence));
    const outcomes = await judged(record, evidence, isOver && !mayResend);
    const left = outcomes.filter((one) => one.state === 'in_doubt').length;
    if (mayResend && left > 0) resend.add(nameOf(record));
    else waiting += left;
    unproven += outcomes.filter((one) => one.state === 'unproven').length;
    await write(ports, record, outcomes);
    await holding.renewIfDue();
  }
  return { waiting, unproven, resend };
}

function isOpen(outcome: EntryOutcome): boolean {
  return outcome.state === 'in_doubt' || outcome.state === 'unproven';
}

async function judged(
  record: WindowRecord,
  evidence: Evidence,
  isUnproven: boolean,
): Promise<EntryOutcome[]> {
  const outcomes: EntryOutcome[] = [];
  for (const outcome of record.outcomes) {
    const proof = isOpen(outcome) ? await evidence.proof(outcome.ordinal) : undefined;
    if (proof !== undefined) outcomes.push({ ...outcome, state: proof, reason: 'event' });
    else if (outcome.state === 'in_doubt' && isUnproven) {
      outcomes.push({ ...outcome, state: 'unproven' });
    } else outcomes.push(outcome);
  }
  return outcomes;
}

async function write(
  ports: RunnerPorts,
  record: WindowRecord,
  outcomes: readonly EntryOutcome[],
): Promise<void> {
  if (isUnchanged(record, outcomes)) return;
  const next = { ...record, outcomes: [...outcomes] };
  // Whoever wrote meanwhile knew more; the next look starts from there.
  await saveWindowRecord(ports.table, record, next, ports.entropy.id());
}

/** Policy, at most one attempt more, and a pipe that is shown alive by the neighbours' events. */
async function resendable(
  ports: RunnerPorts,
  holding: Holding,
  record: WindowRecord,
  records: readonly WindowRecord[],
  evidence: Evidence,
): Promise<boolean> {
  const { burst } = holding;
  if (burst.policy !== 'resend-when-unproven' || record.attempt > 1) return false;
  // Nobody asked for a call this late: after its deadline a leg is silent, whatever the policy said.
  if (isSilent(burst, record.leg, ports.clock.now())) return false;
  // A person ended it: nobody is called any more, whatever the policy said.
  if (burst.stoppedAt !== undefined) return false;
  const ordinals = record.outcomes
    .filter((one) => one.state === 'in_doubt')
    .map((one) => one.ordinal);
  if (ordinals.length === 0) return false;
  const lanes = await listLanes(ports.table, burst.id, burst.lanes);
  const excepted = new Set(
    records.flatMap((one) => one.outcomes.map((outcome) => outcome.ordinal)),
  );
  const share = await arrivedShare(
    evidence,
    ordinals,
    (ordinal) => !excepted.has(ordinal) && isClosed(lanes, ordinal),
  );
  return share !== undefined && share >= limits.pipeAliveShare;
}

function isSilent(burst: Burst, name: string, now: number): boolean {
  const leg = burst.legs.find((one) => one.name === name);
  const startAt = leg && legStartAt(burst, leg);
  if (!leg || startAt === undefined) return true;
  return now > Math.max(startAt, burst.resumedAt ?? 0) + leg.deadlineMs;
}

function isClosed(lanes: readonly Lane[], ordinal: number): boolean {
  return lanes.some(
    (lane) => ordinal >= lane.from && ordinal < (lane.window ? lane.window.from : lane.next),
  );
}
