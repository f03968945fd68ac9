// Runs a stretch of seeds one after another and adds up what they showed.

import { type History, runWorld, type Subject } from './world.ts';

export interface Failure {
  readonly seed: number;
  readonly invariant: string;
  readonly sentence: string;
}

export interface Tally {
  seeds: number;
  steps: number;
  recipients: number;
  faultClasses: number;
  /** Combined over all seeds, whatever their order. */
  hash: number;
  /** Seeds that ran a second time. */
  twice: number;
  readonly failures: Failure[];
  readonly rareStates: Record<string, number>;
}

export function emptyTally(): Tally {
  return {
    seeds: 0,
    steps: 0,
    recipients: 0,
    faultClasses: 0,
    hash: 0,
    twice: 0,
    failures: [],
    rareStates: {},
  };
}

const TWICE_EVERY = 100;

/** One seed in a hundred runs twice: both runs must leave the same trace (V20). */
export async function runSeed(seed: number, tally: Tally, subject?: Subject): Promise<History> {
  const options = subject ? { seed, subject } : { seed };
  const history = await runWorld(options);
  for (const violation of history.violations) tally.failures.push({ seed, ...violation });
  if (seed % TWICE_EVERY === 0) {
    tally.twice += 1;
    const again = await runWorld(options);
    if (again.traceHash !== history.traceHash) {
      const sentence = `two runs left the traces ${history.traceHash} and ${again.traceHash}`;
      tally.failures.push({ seed, invariant: 'V20', sentence });
    }
  }
  tally.seeds += 1;
  tally.steps += history.steps;
  tally.recipients += history.recipients;
  tally.faultClasses += history.faultClasses.length;
  tally.hash = (tally.hash ^ Number.parseInt(history.traceHash, 16)) >>> 0;
  for (const state of history.rareStates) {
    tally.rareStates[state] = (tally.rareStates[state] ?? 0) + 1;
  }
  return history;
}

export function addTally(sum: Tally, part: Tally): void {
  sum.seeds += part.seeds;
  sum.steps += part.steps;
  sum.recipients += part.recipients;
  sum.faultClasses += part.faultClasses;
  sum.hash = (sum.hash ^ part.hash) >>> 0;
  sum.twice += part.twice;
  sum.failures.push(...part.failures);
  for (const [state, count] of Object.entries(part.rareStates)) {
    sum.rareStates[state] = (sum.rareStates[state] ?? 0) + count;
  }
}
