// Sends single entries again that are known never to have left, or that policy allows once more.

import type { EntryOutcome, WindowRecord } from '#domain/window-record.ts';
import type { Saved } from '#store/save.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import type { Halt } from './guard.ts';
import type { Candidate } from './members.ts';
import { type SentWindow, sendEntries } from './send-window.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';

/** How often a record that others write meanwhile is chosen from anew. */
const ATTEMPTS_MAX = 5;

/** Which listed entries may be called again, and with which attempt number in their tags. */
export type Choose = (outcome: EntryOutcome, record: WindowRecord) => boolean;

/** The owner of the claim said so: never called. The only case in which no proof is needed. */
export const neverCalled: Choose = (outcome) => outcome.state === 'not_called';

/**
 * Claims the chosen entries record by record (they are in doubt from that write on), sends them,
 * and writes what became of them. Returns why it halted, if it did.
 */
export async function retryEntries(
  sending: Sending,
  leg: string,
  choose: Choose,
): Promise<Halt | 'refused' | undefined> {
  const records = await listWindowRecords(sending.ports.table, sending.plan.burst);
  const own = records.filter((record) => record.leg === leg);
  return retryRecords(sending, own, choose);
}

/** As many records at a time as the leg has lanes, so that the rate is used as it is by them. */
export async function retryRecords(
  sending: Sending,
  records: readonly WindowRecord[],
  choose: Choose,
): Promise<Halt | 'refused' | undefined> {
  const chosen = records.filter((record) => record.outcomes.some((one) => choose(one, record)));
  const [first] = chosen;
  if (!first) return undefined;
  const lanes = sending.head.lanes.filter((lane) => lane.leg === first.leg).length;
  let halt: Halt | 'refused' | undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    for (; halt === undefined && next < chosen.length; ) {
      const one = chosen[next];
      next += 1;
      if (one) halt = (await retryRecord(sending, one, choose)) ?? halt;
    }
  };
  await settleAll(Array.from({ length: Math.min(lanes, chosen.length) }, work));
  return halt;
}

/** Others may write the record meanwhile, with what they know: then it is chosen from anew. */
async function retryRecord(
  sending: Sending,
  listed: WindowRecord,
  choose: Choose,
): Promise<Halt | 'refused' | undefined> {
  let record: WindowRecord | undefined = listed;
  for (let attempt = 0; record && attempt < ATTEMPTS_MAX; attempt += 1) {
    const current: WindowRecord = record;
    const entries = current.outcomes.filter((one) => choose(one, current));
    if (entries.length === 0) return undefined;
    const halted = await sending.guard.check(current.leg);
    if (halted) return halted;
    const saved = await claimAgain(sending, current, entries);
    if (saved.kind === 'saved') return callClaimed(sending, saved.item, entries);
    record = saved.current;
  }
  // Somebody may still have to be called: the leg is not over, whoever holds it next looks again.
  return 'unreadable';
}

function claimAgain(
  { ports, holding, clock }: Sending,
  record: WindowRecord,
  entries: readonly EntryOutcome[],
): Promise<Saved<WindowRecord>> {
  const chosen = new Set(entries.map((one) => one.ordinal));
  const isAgain = entries.some((one) => one.state !== 'not_called');
  const claimed: WindowRecord = {
    ...record,
    attempt: isAgain ? record.attempt + 1 : record.attempt,
    epoch: holding.epoch,
    // From here on they may have left: silence is judged from this call, not from the first one.
    recordedAt: clock.now(),
    outcomes: record.outcomes.map(({ ordinal, ...rest }) =>
      chosen.has(ordinal)
        ? { ordinal, state: 'in_doubt', reason: 'called_again' }
        : { ordinal, ...rest },
    ),
  };
  return saveWindowRecord(ports.table, record, claimed, ports.entropy.id());
}

async function callClaimed(
  sending: Sending,
  claimed: WindowRecord,
  entries: readonly EntryOutcome[],
): Promise<Halt | 'refused' | undefined> {
  const { table, entropy } = sending.ports;
  const chosen = new Map(entries.map((one) => [one.ordinal, one]));
  const { attempt } = claimed;
  const all = await sending.members.range(claimed.from, claimed.to);
  const candidates: Candidate[] = all
    .filter((one) => chosen.has(one.ordinal))
    .map((one) => ({ ...one, attempt }));
  const sent = await sendEntries(sending, claimed.leg, candidates);
  const known = new Map(sent.exceptions.map((one) => [one.ordinal, one]));
  const outcomes = claimed.outcomes.map((one): EntryOutcome => {
    const before = chosen.get(one.ordinal);
    const after = before ? outcomeOf(before, known.get(one.ordinal), sent) : one;
    // A holder that woke up late: nobody would call these any more, so they stay in doubt by name.
    return after.state === 'not_called' && !sending.holding.isInsideLease ? one : after;
  });
  await saveWindowRecord(table, claimed, { ...claimed, outcomes }, entropy.id());
  return sent.halt;
}

/** What an entry is after this call of it, or after a call that did not come about. */
function outcomeOf(
  before: EntryOutcome,
  exception: EntryOutcome | undefined,
  sent: SentWindow,
): EntryOutcome {
  const { ordinal, releaseAt } = before;
  const halted: EntryOutcome = {
    ordinal,
    state: 'not_called',
    reason: 'halted',
    ...(releaseAt === undefined ? {} : { releaseAt }),
  };
  const accepted: EntryOutcome = { ordinal, state: 'accepted', reason: 'answered' };
  const after = exception ?? (ordinal >= sent.calledTo ? halted : accepted);
  // Of an earlier attempt nobody knows: what was refused or left out now may have left then.
  const isOpen = before.state !== 'not_called' && after.state !== 'accepted';
  if (!isOpen || after.state === 'in_doubt') return after;
  const { reason } = after;
  return { ordinal, state: 'unproven', ...(reason === undefined ? {} : { reason }) };
}
