import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder, until } from '../local/temporary-folder.ts';
import { callsIn, type Running, run, show } from './local-runtime.ts';

let folder: ReturnType<typeof temporaryFolder>;
let data: string;
let running: Running | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  data = join(folder.path, 'data');
});

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  folder.remove();
});

function start(...args: string[]): Running {
  running = run('infra/local/start.ts', ['--data', data, '--port', '0', ...args]);
  return running;
}

const audit = () => run('cli/main.ts', ['audit', '--json', '--data', data]).ended;

test('the example runs from file to answer, and the whole list is accounted for', {
  timeout: 180_000,
}, async () => {
  const options = ['--in', '6', '--pace', '0.1', '--rate', '1000'];
  const { code, stdout, stderr } = await start('--once', '--json', ...options).ended;
  expect(code, stderr).toBe(0);
  const line = JSON.parse(stdout) as Record<string, number>;
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(line).toMatchObject({
    demo: 'polls-close',
    recipients: 2_000,
    refused: 0,
    inDoubt: 0,
    unaccounted: 0,
    duplicates: 0,
    posts: 1,
    auditClean: true,
    latenessMs: { email: expect.any(Number), mastodon: expect.any(Number) },
    verdicts: {
      email: { status: expect.stringMatching(/^(leading|no_clear_winner)$/), winner: null },
      mastodon: { status: 'not_comparable', winner: null },
    },
    truthLog: data,
  });
  // Nine asked not to be written to; more may have left or bounced by the time their turn came.
  expect(line.suppressed).toBeGreaterThanOrEqual(9);
  expect((line.accepted ?? 0) + (line.suppressed ?? 0)).toBe(2_000);
  const { email, mastodon } = line.latenessMs as unknown as { email: number; mastodon: number };
  expect(Math.min(email, mastodon)).toBeGreaterThanOrEqual(0);
  // No secret and no address of the list in what functions print.
  const printed = readFileSync(join(data, 'functions.log'), 'utf8');
  expect(printed).not.toMatch(/@(?:\w+\.)?example\.(?:com|org)/);
});

test('after kill -9 in the middle of the email leg the next start ends it, nobody twice', {
  timeout: 240_000,
}, async () => {
  const first = start('--in', '6', '--pace', '0.1', '--rate', '150');
  await until(() => {
    if (first.child.exitCode !== null) throw new Error(first.output());
    return callsIn(data) >= 10 ? true : undefined;
  }, 60_000);
  first.child.kill('SIGKILL');
  await first.ended;
  const before = callsIn(data);
  const second = start('--pace', '0.1', '--rate', '400');
  const end = await until(async () => {
    if (second.child.exitCode !== null) throw new Error('the runtime ended by itself');
    const shown = await show(data, 'polls-close');
    return shown?.state === 'measuring' ? shown : undefined;
  }, 180_000).catch((error: Error) => {
    const log = readFileSync(join(data, 'functions.log'), 'utf8').slice(-3_000);
    throw new Error(`${error.message}\n${second.output()}\n${log}`);
  });
  expect(before).toBeLessThan(30);
  expect(end.sent.recipients).toBe(2_000);
  const { code, stdout } = await audit();
  expect(code, stdout).toBe(0);
  const { bursts } = JSON.parse(stdout) as { bursts: Record<string, number>[] };
  expect(bursts).toMatchObject([{ unaccounted: 0, duplicates: 0, posts: 1, differences: [] }]);
  const one = bursts[0] ?? {};
  const sum = (one.accepted ?? 0) + (one.refused ?? 0) + (one.inDoubt ?? 0) + (one.suppressed ?? 0);
  expect(sum).toBe(2_000);
  // At most the windows that were open at the kill may be in doubt.
  expect(one.inDoubt).toBeLessThanOrEqual(200);
  second.child.kill('SIGINT');
  expect((await second.ended).code).toBe(0);
});
