// `npm run blackbox`: real processes, killed at random, over providers that lie about their answers.

import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runBlackBox } from './blackbox.ts';
import { compareSdkDefault } from './sdk-default.ts';
import type { World } from './world.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    /** Leases, timeouts and grace are this many times shorter than shipped. */
    lapse: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
});

const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const seconds = Number(values.seconds);
const lapse = Number(values.lapse);
const KILLS_PER_SECOND = 2;
/** At 60 s at least a hundred; shorter runs in proportion. */
const KILLS_MIN = Math.min(100, Math.floor((seconds * 100) / 60));

let stop: World['stop'] | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    console.log(`${signal}: ending every process`);
    await stop?.({ keep: values.keep });
    process.exit(130);
  });
}

console.log(
  `seed ${seed}: npm run blackbox -- --seed ${seed} --seconds ${seconds} --lapse ${lapse}`,
);
const { sdkDuplicates, ourDuplicates } = await compareSdkDefault();
console.log(`5 recipients, answer lost twice: the SDK by default sends ${sdkDuplicates} too many`);
console.log(`the same calls through functions/environment/ses.ts: ${ourDuplicates} too many`);

const result = await runBlackBox({
  seed,
  seconds,
  lapse,
  killsPerSecond: KILLS_PER_SECOND,
  runners: 6,
  lists: [200, 500, 1_000, 2_400],
  burstEveryMs: 2_000,
  // Longer than the lease of a killed runner, or no post would ever be called.
  postDeadlineSeconds: lapse > 1 ? 10 : 40,
  healSeconds: lapse > 1 ? 120 : 240,
  keep: values.keep,
  onStart: (given) => {
    stop = given;
  },
  say: (line) => console.log(line),
});

for (const [mode, count] of Object.entries(result.modes).sort()) console.log(`${count}\t${mode}`);
for (const finding of result.findings) console.log(finding);
console.log(`${result.callsUnderFire} SES calls and ${result.postsUnderFire} posts under fire`);
console.log(`${result.unprovenThoughSent} sent people whom no event could prove in time`);
console.log(`${result.takeovers} takeovers, ${result.crashes} crashes of our own processes`);
if (values.keep) console.log(`kept: ${result.folder}`);
const { kills, accepted, duplicates, unaccounted, inDoubt, bursts, posts } = result;
const problems = [
  ...(duplicates > 0 ? ['duplicates'] : []),
  ...(unaccounted > 0 ? ['people or posts unaccounted for'] : []),
  ...(result.unfinished > 0 ? [`${result.unfinished} bursts not at rest`] : []),
  ...(result.mistimed > 0 ? [`${result.mistimed} calls too early or after a stop`] : []),
  ...(kills < KILLS_MIN ? [`only ${kills} kills, at least ${KILLS_MIN}`] : []),
  ...(sdkDuplicates === 0 ? ['the SDK did not double-send: nothing is shown'] : []),
  ...(ourDuplicates > 0 ? ['functions/environment/ses.ts repeats'] : []),
];
for (const problem of problems) console.log(`FAILED: ${problem}`);
const figures = { kills, accepted, duplicates, unaccounted, sdkDefaultDuplicates: sdkDuplicates };
const about = { inDoubt, bursts, posts, seconds, seed, commit: commitOf(), node: process.version };
console.log(JSON.stringify({ ...figures, ...about }));
process.exitCode = problems.length > 0 ? 1 : 0;

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
