// Sends single entries again that are known never to have left, or that policy allows once more.

import type { EntryOutcome, WindowRecord } from '#domain/window-record.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import type { Halt } from './guard.ts';
import type { Candidate } from './members.ts';
import { sendEntries } from './send-window.ts';
import type { Sending } from './sending.ts';

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
  const { table } = sending.ports;
  for (const record of await listWindowRecords(table, sending.plan.burst)) {
    if (record.leg !== leg) continue;
    const ordinals = record.outcomes.filter((one) => choose(one, record)).map((one) => one.ordinal);
    if (ordinals.length === 0) continue;
    const halt = await retryRecord(sending, record, new Set(ordinals));
    if (halt) return halt;
  }
  return undefined;
}

async function retryRecord(
  sending: Sending,
  record: WindowRecord,
  chosen: ReadonlySet<number>,
): Promise<Halt | 'refused' | undefined> {
  const { table, entropy } = sending.ports;
  const halted = await sending.guard.check(record.leg);
  if (halted) return halted;
  const again = record.outcomes.some(
    (one) => chosen.has(one.ordinal) && one.state !== 'not_called',
  );
  const attempt = again ? record.attempt + 1 : record.attempt;
  const claimed: WindowRecord = {
    ...record,
    attempt,
    epoch: sending.holding.epoch,
    outcomes: record.outcomes.map((one) =>
      chosen.has(one.ordinal) ? { ...one, state: 'in_doubt', reason: 'called_again' } : one,
    ),
  };
  const saved = await saveWindowRecord(table, record, claimed, entropy.id());
  if (saved.kind === 'lost') return undefined;
  const all = await sending.members.range(record.from, record.to);
  const candidates: Candidate[] = all
    .filter((one) => chosen.has(one.ordinal))
    .map((one) => ({ ...one, attempt }));
  const sent = await sendEntries(sending, record.leg, candidates);
  const known = new Map(sent.exceptions.map((one) => [one.ordinal, one]));
  const outcomes = saved.item.outcomes.map((one): EntryOutcome => {
    if (!chosen.has(one.ordinal)) return one;
    const exception = known.get(one.ordinal);
    if (exception) return exception;
    if (one.ordinal >= sent.calledTo) return { ...one, state: 'not_called', reason: 'halted' };
    return { ...one, state: 'accepted', reason: 'answered' };
  });
  await saveWindowRecord(table, saved.item, { ...saved.item, outcomes }, entropy.id());
  return sent.halt;
}
