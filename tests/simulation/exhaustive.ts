// No luck involved: a small world, and one history for every await, every fault at it and every way
// to recover from it.

import { audienceOf } from './audience.ts';
import type { Violation } from './auditor.ts';
import { ListedFaults, type Strike } from './fault-plan.ts';
import type { Doing, Script } from './script.ts';
import { type History, runWorld } from './world.ts';

export const STRIKES: readonly Strike[] = [
  'crash_before',
  'crash_after',
  'lost_effect',
  'late',
  'duplicate_tick',
];

/**
 * How the world goes on: by the next tick alone, with a second runner that stood by all along, or
 * with an operator who stops and resumes.
 */
export const RECOVERIES = ['tick', 'standby', 'operator'] as const;

export interface Broken extends Violation {
  readonly recovery: string;
  readonly index: number;
  readonly strike: Strike;
}

export interface Histories {
  readonly histories: number;
  readonly broken: readonly Broken[];
}

const SEED = 1;
const START_AT = 1_804_154_400_000;
/** T, after the start. */
const MOMENT_MS = 9_000;

const scripts = new Map<string, Promise<Script>>();

/** The same object for every history, so that what is made from it is made once. */
function smallScript(recovery: string): Promise<Script> {
  const known = scripts.get(recovery);
  if (known !== undefined) return known;
  const drawing = drawSmall(recovery);
  scripts.set(recovery, drawing);
  return drawing;
}

/** One burst of two windows and one post. */
async function drawSmall(recovery: string): Promise<Script> {
  const audience = await audienceOf('north', 104);
  const moment = START_AT + MOMENT_MS;
  const does = (at: number, act: Doing['act']): Doing => ({ at, burst: 'b1', act });
  const doings = [does(START_AT + 100, { kind: 'schedule', momentAt: moment })];
  if (recovery === 'operator') {
    doings.push(does(moment + 400, { kind: 'stop' }), does(moment + 30_000, { kind: 'resume' }));
  }
  const leg = { offsetMs: 0, ifNotReady: 'go' as const };
  return {
    startAt: START_AT,
    statedPerSecond: 100,
    doings,
    lastAt: moment + 45_000,
    bursts: [
      {
        burst: 'b1',
        needsSecond: false,
        policy: 'at-most-once',
        outcomes: [],
        legs: [
          { ...leg, leg: 'mail', kind: 'email', audience, deadlineMs: 7_200_000 },
          { ...leg, leg: 'post', kind: 'post', deadlineMs: 60_000 },
        ],
      },
    ],
  };
}

/** One history: this strike at this await; -1 strikes nowhere. */
export async function runHistory(
  recovery: string,
  index: number,
  strike: Strike,
  isTraced = false,
): Promise<History> {
  const milliseconds = strike === 'late' ? 3_000 : 0;
  return runWorld({
    seed: SEED,
    isTraced,
    script: await smallScript(recovery),
    faults: new ListedFaults([{ index, strike, milliseconds, chance: 0 }]),
    hasStandby: recovery === 'standby',
  });
}

/** How many awaits the undisturbed history has. */
export async function countAwaits(recovery: string): Promise<number> {
  const history = await runHistory(recovery, -1, 'none');
  const [first] = history.violations;
  if (first) throw new Error(`undisturbed, ${recovery}: ${first.invariant} ${first.sentence}`);
  return history.awaits;
}

/** Every strike at each of these awaits. */
export async function runHistories(
  recovery: string,
  indexes: readonly number[],
): Promise<Histories> {
  const broken: Broken[] = [];
  for (const index of indexes) {
    for (const strike of STRIKES) {
      const { violations } = await runHistory(recovery, index, strike);
      for (const violation of violations) broken.push({ ...violation, recovery, index, strike });
    }
  }
  return { histories: indexes.length * STRIKES.length, broken };
}
