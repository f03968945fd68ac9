// Keeps a run of many fresh seeds without a violation: a row of docs/sim-runs.md, and the sum of all
// rows in docs/guarantees.md.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = 'docs/sim-runs.md';
const PATH = fileURLToPath(new URL(`../../${DOCUMENT}`, import.meta.url));
const SUMMED_IN = 'docs/guarantees.md';
const SUMMED_PATH = fileURLToPath(new URL(`../../${SUMMED_IN}`, import.meta.url));
const SUM = /^Recorded without a violation: .*$/m;
const HEAD = `# Recorded runs of the simulator

Each row: fresh seeds of one commit, run by \`npm run sim -- --seeds N --record\`, none of which broke an invariant. A tree with changes and a run with a violation are not recorded. \`npm run sim -- --seeds N --from S\` on that commit repeats a row.

| Date (UTC) | Commit | First seed | Seeds | Steps | Violations | Seconds |
| --- | --- | --- | --- | --- | --- | --- |
`;

export interface Row {
  readonly commit: string;
  readonly from: number;
  readonly seeds: number;
  readonly steps: number;
  readonly violations: number;
  readonly seconds: number;
}

/** What the tree holds that the commit does not, other than the record itself; undefined: nothing. */
export function treeProblem(): string | undefined {
  const changes = git('status', '--porcelain', '--', '.', `:!${DOCUMENT}`, `:!${SUMMED_IN}`);
  if (changes === '') return undefined;
  const [first] = changes.split('\n');
  return `only a clean tree is recorded: ${first?.trim()} is not in the commit`;
}

/** Seeds that rows of this commit hold already: a further run goes on behind them. */
export function recordedSeeds(commit: string, text = textOfDocument()): number {
  const rows = text.split('\n').filter((line) => line.includes(`| ${commit} |`));
  return rows.reduce((sum, line) => sum + numberOf(line.split('|')[4]), 0);
}

/** Appends the row and sums up. Throws when the run broke an invariant. */
export function recordRun(row: Row, date: Date): void {
  const text = textOfDocument() + lineOf(row, date);
  writeFileSync(PATH, text);
  writeFileSync(SUMMED_PATH, readFileSync(SUMMED_PATH, 'utf8').replace(SUM, sumOf(text)));
}

/** The sentence of docs/guarantees.md about all rows. */
export function sumOf(text: string): string {
  const rows = text.split('\n').flatMap((line) => {
    const [, date, commit, , seeds, steps] = line.split('|').map((cell) => cell.trim());
    return date && /^\d/.test(date)
      ? [{ commit, seeds: numberOf(seeds), steps: numberOf(steps) }]
      : [];
  });
  const commits = new Set(rows.map(({ commit }) => commit)).size;
  const sum = (key: 'seeds' | 'steps') => grouped(rows.reduce((all, row) => all + row[key], 0));
  return `Recorded without a violation: ${sum('seeds')} fresh seeds with ${sum('steps')} steps, of ${commits} commits ([each run](sim-runs.md)).`;
}

export function lineOf(row: Row, date: Date): string {
  const { commit, from, seeds, steps, violations, seconds } = row;
  if (violations > 0) throw new Error(`a run with ${violations} violations is not recorded`);
  const day = date.toISOString().slice(0, 16).replace('T', ' ');
  const cells = [day, commit, from, grouped(seeds), grouped(steps), violations, grouped(seconds)];
  return `| ${cells.join(' | ')} |\n`;
}

function numberOf(cell: string | undefined): number {
  return Number(cell?.replaceAll(',', ''));
}

function textOfDocument(): string {
  return existsSync(PATH) ? readFileSync(PATH, 'utf8') : HEAD;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function git(...words: string[]): string {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return execFileSync('git', words, { encoding: 'utf8', cwd }).trim();
}
