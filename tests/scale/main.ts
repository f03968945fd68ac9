// npm run scale -- [--recipients 1000000] [--rate 1000] [--rounds 2]: counts one large burst.

import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { runScale } from './run-scale.ts';

const { values } = parseArgs({
  options: {
    recipients: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '2' },
  },
});
const startedAt = process.cpuUsage();
const scaled = await runScale({
  recipients: Number(values.recipients),
  perSecond: Number(values.rate),
  eventRounds: Number(values.rounds),
});
const { user, system } = process.cpuUsage(startedAt);
console.log(
  JSON.stringify({
    ...scaled,
    cpuSeconds: Math.round((user + system) / 1e6),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
  }),
);
