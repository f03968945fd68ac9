// The exhaustive mode on two threads, and one history of it to read.

import { countAwaits, type Histories, RECOVERIES, runHistory, STRIKES } from './exhaustive.ts';
import type { Strike } from './fault-plan.ts';
import { lotsOf, share } from './pool.ts';

export interface Exhausted {
  readonly awaits: number;
  readonly histories: number;
  readonly violations: number;
}

/** Every strike at every await under every recovery; prints what broke and how to read it. */
export async function exhaust(): Promise<Exhausted> {
  const lots = [];
  let awaits = 0;
  for (const recovery of RECOVERIES) {
    const count = await countAwaits(recovery);
    awaits += count;
    const indexes = Array.from({ length: count }, (_, index) => index);
    for (const lot of lotsOf(indexes, 8)) {
      lots.push({ kind: 'exhaustive', recovery, indexes: lot } as const);
    }
  }
  let histories = 0;
  let violations = 0;
  await share<Histories>(lots, (part) => {
    histories += part.histories;
    violations += part.broken.length;
    for (const { recovery, index, strike, invariant, sentence } of part.broken) {
      const name = `${recovery}/${index}/${strike}`;
      console.log(`${name}: ${invariant} ${sentence}\n  npm run sim -- --history ${name}`);
    }
  });
  return { awaits, histories, violations };
}

export async function showHistory(name: string): Promise<object> {
  const [recovery = 'tick', index = '-1', strike = 'none'] = name.split('/');
  if (!RECOVERIES.some((one) => one === recovery) || !['none', ...STRIKES].includes(strike)) {
    throw new Error(
      `${name} is no history: write ${RECOVERIES.join('|')}/<await>/${STRIKES.join('|')}`,
    );
  }
  const history = await runHistory(recovery, Number(index), strike as Strike, true);
  for (const line of history.lines) console.log(line);
  return { violations: history.violations.length, steps: history.steps };
}
