/** npm run calibrate [-- --quick] [--seed N] [--bursts N]: prints the table, last line JSON. */

import { execFileSync } from 'node:child_process';
import { calibrate } from './calibrate.ts';

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const quick = process.argv.includes('--quick');
const run = {
  seed: option('seed', 7),
  bursts: option('bursts', quick ? 1000 : 20_000),
  looks: option('looks', 96),
};

console.log(
  `calibration: seed ${run.seed}, ${run.bursts} bursts in row 2, ${run.looks} looks each`,
);
let broken = 0;
let near = 0;
const figures = calibrate(run, ({ row, guarantee, reference, measured, state }) => {
  if (state === 'broken') broken += 1;
  if (state === 'near') near += 1;
  console.log(
    `${state === 'broken' ? 'BROKEN' : state.padEnd(6)} ${row.padStart(2)}  ${guarantee}`,
  );
  console.log(`           measured ${measured}; reference ${reference}`);
});
console.log(`${broken} guarantees broken, ${near} missed by less than the table's last digit`);
console.log(JSON.stringify({ ...figures, commit: commit(), node: process.version }));
if (broken > 0 && !quick) process.exitCode = 1;

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
