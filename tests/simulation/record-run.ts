// Keeps a run: one row of docs/sim-runs.md for many fresh seeds without a violation.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = 'docs/sim-runs.md';
const PATH = fileURLToPath(new URL(`../../${DOCUMENT}`, import.meta.url));
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
  const changes = git('status', '--porcelain', '--', '.', `:!${DOCUMENT}`);
  if (changes === '') return undefined;
  const [first] = changes.split('\n');
  return `only a clean tree is recorded: ${first?.trim()} is not in the commit`;
}

/** Seeds that rows of this commit hold already: a further run goes on behind them. */
export function recordedSeeds(commit: string, text = textOfDocument()): number {
  const rows = text.split('\n').filter((line) => line.includes(`| ${commit} |`));
  return rows.reduce((sum, line) => sum + Number(line.split('|')[4]?.replaceAll(',', '')), 0);
}

/** Appends the row. Throws when the run broke an invariant. */
export function recordRun(row: Row, date: Date): void {
  writeFileSync(PATH, textOfDocument() + lineOf(row, date));
}

export function lineOf(row: Row, date: Date): string {
  const { commit, from, seeds, steps, violations, seconds } = row;
  if (violations > 0) throw new Error(`a run with ${violations} violations is not recorded`);
  const day = date.toISOString().slice(0, 16).replace('T', ' ');
  const cells = [day, commit, from, grouped(seeds), grouped(steps), violations, grouped(seconds)];
  return `| ${cells.join(' | ')} |\n`;
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
