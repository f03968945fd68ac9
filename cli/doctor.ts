// `volley doctor`: what stands between this machine and the first burst, each with its next step.

import type { Caller } from '#commands/show-caller.ts';
import type { ShownDeployment } from '#commands/show-deployment.ts';
import { type ApiClient, connect } from './api-client.ts';
import {
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  type Parsed,
  parse,
  text,
} from './command.ts';
import { answer, style } from './screen.ts';
import { count } from './words.ts';

const options = {
  aws: { type: 'boolean', about: 'examine the AWS account that npm run deploy would use' },
  stage: { type: 'string', value: 'STAGE', about: 'with --aws: dev or prod' },
} as const;

interface Finding {
  readonly check: string;
  readonly verdict: 'right' | 'wrong' | 'look';
  readonly says: string;
  readonly next?: string;
}

export const doctor: Command = {
  usage: 'doctor [--aws --stage STAGE]',
  about: 'is everything there: API, token, email account, connections, links',
  more: 'Reads only. Ends with 1 when something is wrong, and says what to do about it.',
  options,
  examples: ['volley doctor', 'volley doctor --aws --stage prod'],
  run: async (args) => {
    const parsed = parse(args, options);
    if (flag(parsed, 'aws')) return examineAccount(parsed);
    const findings = await examine(parsed);
    const isReady = findings.every(({ verdict }) => verdict !== 'wrong');
    answer(parsed.json, { ready: isReady, findings }, findings.flatMap(linesOf));
    return isReady ? exitCodes.done : exitCodes.refused;
  },
};

async function examineAccount(parsed: Parsed): Promise<number> {
  const { doctorAws } = await import('./doctor-aws.ts');
  const stage = text(parsed, 'stage') ?? 'dev';
  const { findings, lines, isReady } = await doctorAws(stage, { now: Date.now() });
  answer(parsed.json, { ready: isReady, findings }, lines);
  return isReady ? exitCodes.done : exitCodes.refused;
}

async function examine(parsed: Parsed): Promise<Finding[]> {
  let api: ApiClient;
  try {
    api = connect(parsed);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const next = 'npm start -- --empty runs Volley on this machine';
    return [{ check: 'API', verdict: 'wrong', says: error.message, next }];
  }
  const reached = await attempt('API', async () => {
    await api.call('GET', '/v1/health');
    return `answers at ${api.url}`;
  });
  if (reached.verdict === 'wrong') return [reached];
  const token = await attempt('token', async () => {
    const { name, scopes } = await api.call<Caller>('GET', '/v1/me');
    return `of ${name}: ${scopes.join(', ')}`;
  });
  if (token.verdict === 'wrong') return [reached, token];
  const shown = await api.call<ShownDeployment>('GET', '/v1/deployment');
  return [reached, token, email(shown), ...connections(shown), await links(shown)];
}

async function attempt(check: string, ask: () => Promise<string>): Promise<Finding> {
  try {
    return { check, verdict: 'right', says: await ask() };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const [says = '', next] = error.message.split('\n  ');
    return { check, verdict: 'wrong', says, ...(next === undefined ? {} : { next }) };
  }
}

function email({ quota, quotaProblem }: ShownDeployment): Finding {
  const check = 'email';
  if (!quota) {
    const says = `the account did not say what it may send (${quotaProblem})`;
    return { check, verdict: 'wrong', says, next: 'volley doctor --aws looks at the account' };
  }
  const { perSecond, perDay, sentLastDay, sendingEnabled } = quota;
  const left = Math.max(0, perDay - sentLastDay);
  const says = `${count(perSecond)} a second, ${count(left)} of ${count(perDay)} left today`;
  if (!sendingEnabled) {
    const next = 'SES has paused it: docs/operations/sending-disabled.md';
    return { check, verdict: 'wrong', says: 'the account may not send', next };
  }
  if (perDay > 200) return { check, verdict: 'right', says };
  const next = 'this is the SES sandbox: ask for production access (docs/deploy.md, 5)';
  return { check, verdict: 'look', says, next };
}

function connections({ connections: all }: ShownDeployment): Finding[] {
  if (all.length === 0) {
    const says = 'none: posts need one';
    return [
      { check: 'connections', verdict: 'look', says, next: 'volley connect CHANNEL --server URL' },
    ];
  }
  return all.map(({ connection, channel, baseUrl, account, problem }): Finding => {
    if (!problem) {
      return { check: connection, verdict: 'right', says: `${account} at ${baseUrl}` };
    }
    const says = `${baseUrl}: ${problem.message} (${problem.code})`;
    const next = `volley connect ${channel} --as ${connection} --server ${baseUrl} with a new token`;
    return { check: connection, verdict: 'wrong', says, next };
  });
}

/** A link that leads nowhere is answered 404 by us and by nobody else in this form. */
async function links({ linkBase }: ShownDeployment): Promise<Finding> {
  const check = 'links';
  const next = 'look at its DNS record and certificate (docs/deploy.md, 5)';
  try {
    const signal = AbortSignal.timeout(10_000);
    const { status } = await fetch(`${linkBase}/c/nothing`, { redirect: 'manual', signal });
    if (status === 404) return { check, verdict: 'right', says: `answer at ${linkBase}` };
    const says = `${linkBase} answers ${status} where 404 belongs`;
    return { check, verdict: 'wrong', says, next };
  } catch {
    return { check, verdict: 'wrong', says: `nothing answers at ${linkBase}`, next };
  }
}

function linesOf({ check, verdict, says, next }: Finding): string[] {
  const mark = { right: style.green('✓'), wrong: style.red('✗'), look: style.yellow('!') }[verdict];
  const line = `${mark} ${check.padEnd(12)} ${says}`;
  return next === undefined ? [line] : [line, `  ${''.padEnd(12)} ${next}`];
}
