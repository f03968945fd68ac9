// Every planted bug, in the order of the table that is printed.

import { channelMutants } from './channel-mutants.ts';
import { feedbackMutants } from './feedback-mutants.ts';
import { ledgerMutants } from './ledger-mutants.ts';
import type { Mutant } from './mutant.ts';
import { runnerMutants } from './runner-mutants.ts';
import { storeMutants } from './store-mutants.ts';

export const allMutants: readonly Mutant[] = [
  ...ledgerMutants,
  ...runnerMutants,
  ...channelMutants,
  ...feedbackMutants,
  ...storeMutants,
];
