// `npm run sim`: seeds by the thousand, one seed to read, or every await of a small world.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countAwaits, type Histories, RECOVERIES, runHistory, STRIKES } from './exhaustive.ts';
import type { Strike } from './fault-plan.ts';
import { lotsOf, share } from './pool.ts';
import { RARE_STATES } from './rare-states.ts';
import { addTally, emptyTally, type Tally } from './run-seeds.ts';
import { hashText } from './stream.ts';
import { runWorld } from './world.ts';
import { measureWriteUnits } from './write-units.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    exhaustive: { type: 'boolean', default: false },
    /** One history of the exhaustive mode: `tick/17/crash_after`. */
    history: { type: 'string' },
    rare: { type: 'boolean', default: false },
  },
});

const commit = commitOf();
if (values.history !== undefined) await showHistory(values.history);
else if (values.seed !== undefined) await showSeed(Number(values.seed));
else if (values.exhaustive) await exhaust();
else await runMany(Number(values.seeds ?? 1_000));

/** Corpus first, then fresh seeds: of this commit, unless the command says where to begin. */
async function runMany(count: number): Promise<void> {
  const began = performance.now();
  const from = values.from === undefined ? hashText(commit) % 1_000_000_000 : Number(values.from);
  const fresh = Array.from({ length: count }, (_, index) => from + index);
  const seeds = [...corpus(), ...fresh];
  const tally = emptyTally();
  const lots = lotsOf(seeds, 20).map((lot) => ({ kind: 'seeds', seeds: lot }) as const);
  await share<Tally>(lots, (part) => {
    for (const { seed, invariant, sentence } of part.failures.slice(0, 3)) {
      console.log(
        `seed ${seed}: ${invariant} ${sentence}\n  npm run sim -- --seed ${seed} --trace`,
      );
    }
    addTally(tally, part);
  });
  const seconds = (performance.now() - began) / 1_000;
  const writeUnitsPerRecipient = await measureWriteUnits();
  if (values.rare) showRareStates(tally);
  const reached = RARE_STATES.map((name) => tally.rareStates[name] ?? 0);
  print({
    seeds: tally.seeds,
    violations: tally.failures.length,
    seconds: round(seconds),
    stepsPerSecond: Math.round(tally.steps / seconds),
    meanRecipients: round(tally.recipients / tally.seeds),
    meanFaultClasses: round(tally.faultClasses / tally.seeds),
    rareStates: { named: RARE_STATES.length, minReached: Math.min(...reached) },
    writeUnitsPerRecipient,
    traceHash: tally.hash.toString(16).padStart(8, '0'),
  });
  if (tally.failures.length > 0) process.exitCode = 1;
}

function showRareStates(tally: Tally): void {
  for (const name of RARE_STATES) console.log(`${tally.rareStates[name] ?? 0}\t${name}`);
  for (const [name, count] of Object.entries(tally.rareStates).sort()) {
    if (!RARE_STATES.includes(name)) console.log(`${count}\t(unnamed) ${name}`);
  }
}

async function showSeed(seed: number): Promise<void> {
  const history = await runWorld({ seed, isTraced: values.trace });
  for (const line of history.lines) console.log(line);
  for (const { invariant, sentence } of history.violations) console.log(`${invariant} ${sentence}`);
  print({
    seed,
    violations: history.violations.length,
    steps: history.steps,
    traceHash: history.traceHash,
  });
  if (history.violations.length > 0) process.exitCode = 1;
}

async function exhaust(): Promise<void> {
  const began = performance.now();
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
  print({ awaits, histories, violations, seconds: round((performance.now() - began) / 1_000) });
  if (violations > 0) process.exitCode = 1;
}

async function showHistory(name: string): Promise<void> {
  const [recovery = 'tick', index = '-1', strike = 'none'] = name.split('/');
  if (!RECOVERIES.some((one) => one === recovery) || !['none', ...STRIKES].includes(strike)) {
    throw new Error(
      `${name} is no history: write ${RECOVERIES.join('|')}/<await>/${STRIKES.join('|')}`,
    );
  }
  const history = await runHistory(recovery, Number(index), strike as Strike, true);
  for (const line of history.lines) console.log(line);
  print({ violations: history.violations.length, steps: history.steps });
}

/** Seeds that once failed; they run first, always. */
function corpus(): number[] {
  const path = new URL('./corpus.json', import.meta.url);
  const { seeds } = JSON.parse(readFileSync(path, 'utf8')) as { seeds: { seed: number }[] };
  return seeds.map(({ seed }) => seed);
}

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function print(result: object): void {
  console.log(JSON.stringify({ ...result, commit, node: process.version }));
}
