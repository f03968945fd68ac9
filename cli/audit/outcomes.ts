// What the ledger says about every recipient, one by one.

import type { ShownLedger } from '#commands/show-ledger.ts';

export type Outcome =
  | 'accepted'
  | 'refused'
  | 'in_doubt'
  | 'unproven'
  | 'held_back'
  | 'not_called'
  /** No window ever held this ordinal. */
  | 'remaining';

/**
 * By ordinal, for the whole frozen audience. An ordinal that neither a leg's range nor a lane
 * knows has no entry: it is unaccounted for.
 */
export function outcomesOf(ledger: ShownLedger): Map<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  for (const { from, sendableTo, to } of ledger.head?.legs ?? []) {
    fill(outcomes, sendableTo, to, 'held_back');
    if (ledger.lanes.length === 0) fill(outcomes, from, sendableTo, 'remaining');
  }
  for (const { from, to, next, window } of ledger.lanes) {
    fill(outcomes, from, next, 'accepted');
    fill(outcomes, next, to, 'remaining');
    if (window) fill(outcomes, window.from, window.to, standing(ledger, window.epoch));
  }
  for (const record of ledger.records) {
    for (const { ordinal, state } of record.outcomes) outcomes.set(ordinal, state);
  }
  return outcomes;
}

/** An open window was never called when no call of its epoch can have been made. */
function standing({ burst }: ShownLedger, epoch: number): Outcome {
  const { committedEpoch } = burst;
  return committedEpoch === undefined || committedEpoch < epoch ? 'remaining' : 'in_doubt';
}

function fill(outcomes: Map<number, Outcome>, from: number, to: number, outcome: Outcome): void {
  for (let ordinal = from; ordinal < to; ordinal += 1) outcomes.set(ordinal, outcome);
}
