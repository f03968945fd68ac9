// `npm run sim`: seeds by the thousand, one seed to read, or every await of a small world.

import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { exhaust, showHistory } from './exhaust.ts';
import { huntMutants } from './hunt-mutants.ts';
import { allMutants } from './mutants/all-mutants.ts';
import { recordedSeeds, recordRun, treeProblem } from './record-run.ts';
import { parseReduction } from './reduction.ts';
import { round, runMany } from './run-many.ts';
import { hashText } from './stream.ts';
import { runWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    /** Keeps the run in docs/sim-runs.md. */
    record: { type: 'boolean', default: false },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** What of the seed's world is left out: as a shrunk failure says. */
    without: { type: 'string' },
    strikes: { type: 'string' },
    people: { type: 'string' },
    exhaustive: { type: 'boolean', default: false },
    /** Bugs planted one at a time, and who notices. */
    mutants: { type: 'boolean', default: false },
    /** Of the planted bugs only those with one of these in their names. */
    only: { type: 'string' },
    /** One history of the exhaustive mode: `tick/17/crash_after`. */
    history: { type: 'string' },
    rare: { type: 'boolean', default: false },
  },
});

const commit = commitOf();
const result = await run();
console.log(JSON.stringify({ ...result, commit, node: process.version }));

function run(): Promise<object> {
  if (values.history !== undefined) return showHistory(values.history);
  if (values.seed !== undefined) return showSeed(Number(values.seed));
  if (values.exhaustive) return exhaustAll();
  if (values.mutants) return plantAll();
  return runSeeds(Number(values.seeds ?? 1_000));
}

/** Fresh seeds of this commit, unless the command says where to begin; only a good run is kept. */
async function runSeeds(count: number): Promise<object> {
  const problem = values.record ? treeProblem() : undefined;
  if (problem !== undefined) {
    process.exitCode = 1;
    return { problem };
  }
  const first = (hashText(commit) % 1_000_000_000) + (values.record ? recordedSeeds(commit) : 0);
  const from = values.from === undefined ? first : Number(values.from);
  const { run, steps, isFine } = await runMany(count, from, { rareStates: values.rare });
  if (!isFine) process.exitCode = 1;
  else if (values.record) recordRun({ ...run, commit, from, steps, seeds: count }, new Date());
  return run;
}

async function showSeed(seed: number): Promise<object> {
  const reduction = parseReduction(values);
  const history = await runWorld({ seed, isTraced: values.trace, reduction });
  for (const line of history.lines) console.log(line);
  for (const { invariant, sentence } of history.violations) console.log(`${invariant} ${sentence}`);
  const { steps, traceHash } = history;
  const violations = history.violations.length;
  if (violations > 0) process.exitCode = 1;
  return { seed, violations, steps, traceHash };
}

async function exhaustAll(): Promise<object> {
  const began = performance.now();
  const found = await exhaust();
  if (found.violations > 0) process.exitCode = 1;
  return { ...found, seconds: round((performance.now() - began) / 1_000) };
}

/** Fails when one of them is not noticed. */
async function plantAll(): Promise<object> {
  const { only } = values;
  const wanted = only?.split(',');
  const mutants = allMutants.filter(({ id }) => !wanted || wanted.some((one) => id.includes(one)));
  const summary = await huntMutants(mutants);
  if (summary.survivors.length > 0) process.exitCode = 1;
  return summary;
}

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
