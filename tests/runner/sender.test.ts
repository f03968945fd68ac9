// The preflight asks whether the sender is a verified identity: nothing leaves before SES says so.

import { expect, test } from 'vitest';
import { Fault } from '#domain/faults.ts';
import { RunnerWorld, type WorldOptions } from './runner-world.ts';

const some = { recipients: 40, perSecond: 100 };
const policy = (ifNotReady: 'hold' | 'drop' | 'go') => ({ leg: { ifNotReady } });

const failing = (code: string) => () => {
  throw new Fault(code, 'no', { retryable: code !== 'ses_refused' });
};

test.each<[string, NonNullable<WorldOptions['identityOf']>, string]>([
  ['one SES does not know', () => 'unknown', 'sender_unverified'],
  ['one whose proof SES waits for', () => 'unverified', 'sender_unverified'],
  ['one this deployment may not send as', () => 'denied', 'sender_unverified'],
  ['one SES refuses to speak of', failing('ses_refused'), 'sender_unreadable'],
])('of %s nothing is sent, and the burst waits with the reason', async (_who, identityOf, code) => {
  const world = await RunnerWorld.open({ ...some, ...policy('hold'), identityOf });
  await world.tick();
  const header = await world.header();
  expect(header).toMatchObject({ state: 'standby', reason: `supporters: ${code}` });
  expect(header.legs).toMatchObject([{ state: 'planned', reason: code }]);
  expect(world.accepted).toEqual([]);
});

test.each([
  ['drop', 'dropped'],
  ['go', 'missed'],
] as const)('a leg that is to %s without it does not go either', async (ifNotReady, state) => {
  const world = await RunnerWorld.open({
    ...some,
    ...policy(ifNotReady),
    identityOf: () => 'unknown',
  });
  await world.tick();
  expect((await world.header()).legs).toMatchObject([{ state, reason: 'sender_unverified' }]);
  expect([world.calledAt, world.accepted]).toEqual([[], []]);
});

test('a sender who is verified in time is sent from at the moment', async () => {
  const verifiedAt = 1_800_000_000_000 + 30_000;
  const identityOf = (_name: string, now: number) => (now < verifiedAt ? 'unverified' : 'verified');
  const world = await RunnerWorld.open({ ...some, ...policy('hold'), identityOf });
  await world.tick();
  expect(world.accepted).toHaveLength(some.recipients);
  expect(Math.min(...world.calledAt)).toBeGreaterThanOrEqual(world.momentAt);
});

test('an account that does not answer is asked again, and nothing leaves until it does', async () => {
  let questions = 0;
  const identityOf = () => {
    questions += 1;
    if (questions < 4) throw new Fault('ses_unanswered', 'no', { retryable: false });
    return 'verified' as const;
  };
  const world = await RunnerWorld.open({ ...some, ...policy('hold'), identityOf });
  await world.tick();
  expect(world.logged.filter((event) => event === 'not_prepared')).toHaveLength(3);
  expect(world.accepted).toHaveLength(some.recipients);
});

test('the question belongs to the preparation: none is asked from the moment on', async () => {
  const world = await RunnerWorld.open({ ...some, ...policy('hold') });
  await world.tick();
  expect(world.accepted).toHaveLength(some.recipients);
  expect(world.asked.length).toBeGreaterThan(0);
  expect(world.asked.filter(({ at }) => at >= world.momentAt)).toEqual([]);
});
