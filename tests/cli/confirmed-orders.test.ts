// What a person said yes to is what is carried out: the real commands, a terminal, the API behind HTTP.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { advance, type BurstEvent } from '#domain/advance.ts';
import type { Burst } from '#domain/burst.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { abandon, cancel, fire, resume, stop } from '../../cli/change.ts';
import { type Api, adminToken } from '../api/an-api.ts';
import { files, launch } from '../commands/a-context.ts';
import { aTerminal, type Terminal } from './a-terminal.ts';
import { type ServedApi, servedApi } from './served-api.ts';

const BURST = 'atlas-launch';
const night = launch.replace(
  /at: .*/,
  'standby: { from: 2027-03-01 12:00 UTC, until: 2027-03-01 23:00 UTC }',
);
const token = adminToken;

let served: ServedApi;
let api: Api;
let terminal: Terminal;
let args: string[];

beforeEach(async () => {
  served = await servedApi();
  api = served.api;
  args = [BURST, '--url', served.url];
  terminal = aTerminal({ columns: 100, rows: 30 });
});

afterEach(async () => {
  terminal.restore();
  await served.stop();
});

async function planned(text: string): Promise<void> {
  const csv = 'email\nana@example.org\nben@example.org\n';
  await api.call('POST', '/v1/audiences/prospects/import', { token, csv });
  const json = { file: { name: 'atlas.yaml', text }, files };
  expect((await api.call('POST', '/v1/bursts', { token, json })).status).toBe(200);
}

async function onStandby(): Promise<void> {
  await planned(night);
  await api.call('POST', `/v1/bursts/${BURST}/standby`, { token, json: {} });
}

async function header(): Promise<Burst> {
  const burst = await loadBurst(api.world.table, BURST, { consistent: true });
  if (!burst) throw new Error('there is no burst');
  return burst;
}

/** What a runner, or somebody else, writes meanwhile. */
async function meanwhile(change: (burst: Burst) => Burst): Promise<void> {
  const before = await header();
  await saveBurst(api.world.table, before, change(before), 'meanwhile');
}

function happen(event: BurstEvent): Promise<void> {
  return meanwhile((burst) => {
    const next = advance(burst, event);
    if (next.kind === 'refused') throw new Error(next.message);
    return next.burst;
  });
}

const questions = () => terminal.written().split('[y/N]').length - 1;

test('fire carries the version that was shown', async () => {
  await onStandby();
  const { body } = await api.call('GET', `/v1/bursts/${BURST}`, { token });
  const done = fire.run(args);
  await terminal.reply('Fire?', 'y');
  expect(await done).toBe(0);
  expect(served.orders).toEqual([
    { path: `/v1/bursts/${BURST}/fire`, ifMatch: `"${body.version}"` },
  ]);
  expect((await header()).state).toBe('armed');
});

test('a burst that only got readier is fired without a second question', async () => {
  await onStandby();
  const done = fire.run(args);
  await terminal.reply('Fire?', async () => {
    await meanwhile((burst) => ({
      ...burst,
      legs: burst.legs.map((leg) => ({ ...leg, state: 'prepared' as const })),
    }));
    return 'y';
  });
  expect(await done).toBe(0);
  expect(served.orders).toHaveLength(2);
  expect(questions()).toBe(1);
  expect((await header()).state).toBe('armed');
});

test('other numbers are asked about once more, and a no leaves it on stand-by', async () => {
  await onStandby();
  const done = fire.run(args).catch((error) => error);
  await terminal.reply('1 post (mastodon). Fire?', async () => {
    await meanwhile((burst) => ({
      ...burst,
      legs: burst.legs.filter(({ channel }) => channel === 'email'),
    }));
    return 'y';
  });
  await terminal.reply('it has changed since you were asked', 'n');
  expect(await done).toMatchObject({ exitCode: 4, code: 'unconfirmed' });
  expect((await header()).state).toBe('standby');
});

test('nobody is asked about an order that would be refused, and the next step names the burst', async () => {
  await onStandby();
  for (const order of [resume, abandon]) {
    await expect(order.run(args)).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining('volley status atlas-launch says where it stands'),
    });
  }
  expect(questions()).toBe(0);
  expect((await header()).state).toBe('standby');
});

describe('a stop before anything has left', () => {
  const orders = () => served.orders.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));

  test('asks whether to cancel, and a no leaves it', async () => {
    await onStandby();
    const done = stop.run(args).catch((error) => error);
    await terminal.reply(
      'atlas-launch is on stand-by: nothing of it has left yet. Cancel it for good?',
      'n',
    );
    expect(await done).toMatchObject({ exitCode: 4, code: 'unconfirmed' });
    expect((await header()).state).toBe('standby');
  });

  test('a yes cancels it, also when it got ready meanwhile', async () => {
    await planned(launch);
    await api.call('POST', `/v1/bursts/${BURST}/schedule`, { token, json: {} });
    const done = stop.run(args);
    await terminal.reply('atlas-launch is scheduled for 2027-', async () => {
      await meanwhile((burst) => ({ ...burst, state: 'armed' }));
      return 'y';
    });
    expect(await done).toBe(0);
    expect(questions()).toBe(1);
    expect((await header()).state).toBe('cancelled');
    expect(terminal.written()).toContain('atlas-launch is cancelled\n');
  });

  test('one that began to go out while they were asked is stopped, as they typed', async () => {
    await planned(launch);
    await api.call('POST', `/v1/bursts/${BURST}/schedule`, { token, json: {} });
    const done = stop.run([...args, '--reason', 'the link']);
    await terminal.reply('Cancel it for good?', async () => {
      await meanwhile((burst) => ({ ...burst, state: 'releasing', releasedAt: api.world.now }));
      return 'y';
    });
    expect(await done).toBe(0);
    expect(orders()).toEqual(['stop', 'cancel', 'stop']);
    expect(await header()).toMatchObject({ state: 'stopped', reason: 'the link' });
  });

  test('with --yes it is cancelled at once', async () => {
    await onStandby();
    expect(await stop.run([...args, '--yes'])).toBe(0);
    expect(questions()).toBe(0);
    expect(orders()).toEqual(['stop', 'cancel']);
    expect((await header()).state).toBe('cancelled');
  });

  test.each(['--dry-run', '--yes'])('of a draft, or only tried, it is refused: %s', async (how) => {
    await (how === '--yes' ? planned(launch) : onStandby());
    await expect(stop.run([...args, how])).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringMatching(/nothing of it has left yet[\s\S]*volley cancel atlas-launch/),
    });
    expect(questions()).toBe(0);
  });
});

test('whoever leaves the question says no', async () => {
  await onStandby();
  const done = fire.run(args).catch((error) => error);
  await vi.waitFor(() => expect(terminal.written()).toContain('Fire?'), 10_000);
  terminal.leave();
  expect(await done).toMatchObject({ exitCode: 4, code: 'unconfirmed' });
  expect((await header()).state).toBe('standby');
});

test('what somebody else ended in the meantime is left alone, and named', async () => {
  await onStandby();
  const done = fire.run(args).catch((error) => error);
  await terminal.reply('Fire?', async () => {
    await api.call('POST', `/v1/bursts/${BURST}/cancel`, { token, json: {} });
    return 'y';
  });
  expect(await done).toMatchObject({
    exitCode: 1,
    code: 'precondition_failed',
    message: expect.stringContaining(
      'atlas-launch was on stand-by when you were asked and is cancelled now: nothing was done',
    ),
  });
  expect((await header()).state).toBe('cancelled');
});

test('what was edited in the meantime is left alone', async () => {
  await planned(launch);
  const done = cancel.run(args).catch((error) => error);
  await terminal.reply('Cancel it for good?', async () => {
    await planned(launch.replace('Atlas 2 is here', 'Atlas 2!'));
    return 'y';
  });
  expect(await done).toMatchObject({ message: expect.stringContaining('was edited after you') });
  expect((await header()).state).toBe('draft');
});

test('a stop that was resumed by somebody else is not resumed again', async () => {
  await planned(launch);
  const now = api.world.now;
  await meanwhile((burst) => ({
    ...burst,
    state: 'stopped',
    stoppedAt: now,
    releasedAt: now,
    reason: 'a look',
  }));
  const done = resume.run(args).catch((error) => error);
  await terminal.reply('Resume?', async () => {
    await happen({ kind: 'resume', now });
    return 'y';
  });
  expect(await done).toMatchObject({ message: expect.stringContaining('nothing was done') });
});

test('with --yes, and for whoever asks the API, nothing has to be read first', async () => {
  await onStandby();
  expect(await fire.run([...args, '--yes'])).toBe(0);
  expect(served.orders).toEqual([{ path: `/v1/bursts/${BURST}/fire`, ifMatch: undefined }]);
});
