import { describe, expect, test } from 'vitest';
import type { BulkEntry } from '#domain/ports.ts';
import { RunnerWorld } from './runner-world.ts';

const MINUTE = 60_000;

function ordinalOf(entry: BulkEntry): number {
  return Number(entry.tags.find(({ name }) => name === 'ordinal')?.value);
}

function everyoneOnce(world: RunnerWorld, recipients: number): void {
  expect(world.accepted).toHaveLength(recipients);
  expect(new Set(world.accepted.map(({ ordinal }) => ordinal)).size).toBe(recipients);
}

describe.each(['ACCOUNT_SENDING_PAUSED', 'ACCOUNT_DAILY_QUOTA_EXCEEDED', 'ACCOUNT_SUSPENDED'])(
  '%s in the middle of a call',
  (status) => {
    test('asks a person at once; resumed, nobody is missed and nobody gets it twice', async () => {
      let isRefusing = true;
      let refusedAt: number | undefined;
      const world = await RunnerWorld.open({
        recipients: 3_000,
        perSecond: 100,
        // Every other one, so that no call is refused as a whole.
        answerOf: (entry, now) => {
          const ordinal = ordinalOf(entry);
          if (!isRefusing || ordinal < 1_025 || ordinal % 2 === 0) return 'SUCCESS';
          refusedAt ??= now;
          return status;
        },
      });
      await world.tick();
      const { state, reason } = await world.header();
      expect(state).toBe('stopped');
      expect(reason).toContain(status);
      expect(world.accepted.length).toBeLessThan(1_200);
      // The answer takes at most 200 ms; nothing is called after it, today or in an hour.
      expect(Math.max(...world.calledAt)).toBeLessThan((refusedAt ?? 0) + 205);
      expect(world.clock.now() - world.momentAt).toBeLessThan(MINUTE);

      isRefusing = false;
      await world.order({ kind: 'resume', now: Math.ceil(world.clock.now()) });
      await world.tick();
      expect((await world.header()).state).toBe('measuring');
      everyoneOnce(world, 3_000);
    });
  },
);

test('one entry that SES cannot take for the moment holds nobody up', async () => {
  let asked = 0;
  const world = await RunnerWorld.open({
    recipients: 1_000,
    perSecond: 100,
    answerOf: (entry) => {
      if (ordinalOf(entry) !== 130) return 'SUCCESS';
      asked += 1;
      return asked <= 6 ? 'TRANSIENT_FAILURE' : 'SUCCESS';
    },
  });
  await world.tick();
  everyoneOnce(world, 1_000);
  expect(world.accepted.at(-1)?.ordinal).toBe(130);
  // Its tries slowed nobody down: ten seconds at the full rate and its own waits.
  expect((world.accepted.at(-1)?.at ?? 0) - world.momentAt).toBeLessThan(25_000);
});

test('trouble of SES that passes is waited out without a storm, at the same rate afterwards', async () => {
  const world = await RunnerWorld.open({
    recipients: 2_000,
    perSecond: 100,
    answerOf: (_entry, now) => {
      const second = (now - world.momentAt) / 1_000;
      return second > 5 && second < 65 ? 'TRANSIENT_FAILURE' : 'SUCCESS';
    },
  });
  await world.tick();
  everyoneOnce(world, 2_000);
  expect(world.calledAt.length).toBeLessThan(2_000 / 50 + 75);
  const after = world.accepted.filter(({ at }) => at > world.momentAt + 70_000);
  const seconds = ((after.at(-1)?.at ?? 0) - (after[0]?.at ?? 0)) / 1_000;
  expect(after.length / seconds).toBeGreaterThan(95);
});

test('the operator may say a lower rate than the account', async () => {
  const world = await RunnerWorld.open({
    recipients: 600,
    perSecond: 100,
    override: { perSecond: 20 },
  });
  await world.tick();
  everyoneOnce(world, 600);
  const seconds = ((world.accepted.at(-1)?.at ?? 0) - (world.accepted[0]?.at ?? 0)) / 1_000;
  expect(600 / seconds).toBeLessThan(21);
  expect(600 / seconds).toBeGreaterThan(19.5);
});
