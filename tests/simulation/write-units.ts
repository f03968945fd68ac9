// What the ledger costs: one large burst, without faults and with one call in twenty going wrong.

import { audienceOf } from './audience.ts';
import { EvenFaults, ListedFaults } from './fault-plan.ts';
import type { Script } from './script.ts';
import { Stream } from './stream.ts';
import { runWorld } from './world.ts';

const PEOPLE = 5_000;
const KINDS = ['lane', 'header', 'leg', 'window_record'] as const;
const START_AT = 1_804_154_400_000;

async function largeScript(): Promise<Script> {
  const momentAt = START_AT + 30_000;
  return {
    startAt: START_AT,
    statedPerSecond: 200,
    doings: [{ at: START_AT + 100, burst: 'b1', act: { kind: 'schedule', momentAt } }],
    lastAt: momentAt + 120_000,
    bursts: [
      {
        burst: 'b1',
        needsSecond: false,
        policy: 'at-most-once',
        outcomes: [],
        legs: [
          {
            leg: 'mail',
            kind: 'email',
            audience: await audienceOf('north', PEOPLE),
            offsetMs: 0,
            deadlineMs: 7_200_000,
            ifNotReady: 'go',
          },
          { leg: 'post', kind: 'post', offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'go' },
        ],
      },
    ],
  };
}

export interface WriteUnits {
  readonly clean: number;
  readonly faults5pct: number;
}

/** Lanes, header, legs and in-doubt windows together, by recipient. */
export async function measureWriteUnits(): Promise<WriteUnits> {
  const script = await largeScript();
  const none = new ListedFaults([]);
  const some = new EvenFaults(new Stream(5).fork('even'), 0.05);
  return {
    clean: unitsOf(await runWorld({ seed: 5, script, faults: none })),
    faults5pct: unitsOf(await runWorld({ seed: 5, script, faults: some })),
  };
}

function unitsOf({ ledger }: Awaited<ReturnType<typeof runWorld>>): number {
  const units = KINDS.reduce((sum, kind) => sum + (ledger.writeUnits[kind] ?? 0), 0);
  return Number((units / PEOPLE).toFixed(5));
}
