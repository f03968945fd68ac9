import { describe, expect, test } from 'vitest';
import { type Facts, noFacts } from '#domain/facts.ts';
import { counters } from '#domain/tally.ts';
import type { EntryOutcome } from '#domain/window-record.ts';
import { listAudit } from '#store/audit-log.ts';
import { saveNode } from '#store/facts.ts';
import { saveCounted } from '#store/tallies.ts';
import { HOUR, MINUTE, World } from './world.ts';

/** 23:00 in Tokyo. */
const T = Date.parse('2027-03-04T14:00:00Z');
const MORNING = Date.parse('2027-03-04T23:00:00Z');
const quietHours = { from: '21:00', to: '08:00', inside: 'release_after' as const };

const statesOf = (outcomes: readonly EntryOutcome[]) => new Set(outcomes.map((one) => one.state));

test('whoever was kept for hours is in doubt as long after a lost answer as anybody else', async () => {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', 20, () => 'Asia/Tokyo');
  await world.plan({ burst: 'one', at: T, legs: [{ quietHours, deadlineMs: 12 * HOUR }] });
  world.onCall = async () => ({ kind: 'unknown', reason: 'reset' });
  await world.run(MORNING + 25 * MINUTE);
  expect(world.called('one')).toHaveLength(20);
  expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['in_doubt']));
  await world.run(MORNING + 35 * MINUTE);
  expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['unproven']));
});

async function worldThatResends(deadlineMs: number, zoneOf = (_n: number) => 'UTC') {
  const world = new World(T - 10 * MINUTE);
  await world.addReaders('members', 100, zoneOf);
  const policy = 'resend-when-unproven' as const;
  await world.plan({ burst: 'one', at: T, policy, legs: [{ quietHours, deadlineMs }] });
  return world;
}

/** The events of whoever was accepted have come. */
async function hear(world: World): Promise<void> {
  const silent = new Set((await world.outcomes('one')).map(({ ordinal }) => ordinal));
  const facts = new Map<string, Facts>();
  for (const { ordinal, at } of world.called('one')) {
    if (silent.has(ordinal)) continue;
    facts.set(String(ordinal), { ...noFacts(), link: 'email/trial', deliveredAt: at + 1_000 });
  }
  const root = {
    burst: 'one',
    space: 'o',
    path: '',
    revision: 0,
    nonce: '',
    kind: 'leaf',
  } as const;
  await saveNode(world.table, undefined, { ...root, facts }, 'n');
}

/** Of the next call nobody knows whether it left. */
function loseNext(world: World): void {
  world.onCall = async () => {
    world.onCall = async () => undefined;
    return { kind: 'unknown', reason: 'reset' };
  };
}

/** All of it is out; the first call had no answer, of all others the events have come. */
async function worldWithADoubt(deadlineMs: number): Promise<World> {
  const world = await worldThatResends(deadlineMs);
  loseNext(world);
  await world.run(T + 10 * MINUTE);
  await hear(world);
  return world;
}

describe('a policy that resends', () => {
  test('calls once more, after the grace time, where the events of the others have come', async () => {
    const world = await worldWithADoubt(2 * HOUR);
    const [first] = world.calls;
    await world.run(T + 29 * MINUTE);
    expect(world.called('one')).toHaveLength(100);
    await world.run(T + HOUR);
    const again = world.calls.filter(({ at }) => at > T + 29 * MINUTE);
    expect(again.flatMap(({ addressees }) => addressees.map(({ address }) => address))).toEqual(
      first?.addressees.map(({ address }) => address),
    );
    expect(
      again.flatMap(({ addressees }) => addressees).every(({ attempt }) => attempt === 2),
    ).toBe(true);
  });

  test('calls nobody once the deadline of the leg has passed', async () => {
    const world = await worldWithADoubt(20 * MINUTE);
    await world.run(T + 2 * HOUR);
    expect(world.called('one')).toHaveLength(100);
    expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['unproven']));
  });

  test('calls nobody again once a person has stopped the burst, though all of it was out', async () => {
    const world = await worldWithADoubt(2 * HOUR);
    expect((await world.load('one')).state).toBe('measuring');
    const stopped = await world.order('one', { kind: 'stop', now: world.now(), reason: 'enough' });
    expect(stopped).toMatchObject({ state: 'measuring', stoppedAt: world.now() });
    await world.run(T + HOUR);
    expect(world.called('one')).toHaveLength(100);
    expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['unproven']));
  });

  test('calls each one again after the grace time of its own call', async () => {
    const world = new World(T - 10 * MINUTE);
    await world.addReaders('members', 200, () => 'UTC');
    const policy = 'resend-when-unproven' as const;
    const waves = [{ share: 0.5 }, { afterMs: 20 * MINUTE }];
    await world.plan({ burst: 'one', at: T, policy, legs: [{ waves }] });
    loseNext(world);
    await world.run(T + 10 * MINUTE);
    loseNext(world);
    await world.run(T + 25 * MINUTE);
    await hear(world);
    const doubtful = (await world.outcomes('one')).filter((one) => one.state === 'in_doubt');
    const before = world.called('one').length;
    await world.run(T + 40 * MINUTE);
    const again = world.called('one').slice(before);
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThan(doubtful.length);
    await world.run(T + HOUR);
    expect(world.called('one').slice(before)).toHaveLength(doubtful.length);
  });

  test('calls nobody again where the bounces have proven the list bad by then', async () => {
    const world = await worldWithADoubt(2 * HOUR);
    const tally = { 'email/trial': counters.map((one) => (one === 'bounced' ? 40 : 0)) };
    const counted = { revision: 0, nonce: '', roots: { o: { revision: 1, tally } } };
    await saveCounted(world.table, 'one', undefined, counted, 'n');
    await world.run(T + HOUR);
    expect(world.called('one')).toHaveLength(100);
    const { state, stoppedAt, reason } = await world.load('one');
    expect({ state, reason }).toEqual({ state: 'measuring', reason: 'breaker_bounces' });
    expect(stoppedAt).toBeGreaterThan(T + 29 * MINUTE);
    const stops = (await listAudit(world.table, 'one')).filter(({ what }) => what === 'stopped');
    expect(stops).toEqual([expect.objectContaining({ by: 'runner' })]);
    expect(statesOf(await world.outcomes('one'))).toEqual(new Set(['unproven']));
  });

  test('gives whoever was kept for hours the same grace time', async () => {
    const world = await worldThatResends(12 * HOUR, (n) => (n % 2 === 0 ? 'Asia/Tokyo' : 'UTC'));
    await world.run(T + HOUR);
    await hear(world);
    world.onCall = async () => ({ kind: 'unknown', reason: 'reset' });
    await world.run(MORNING + 29 * MINUTE);
    expect(world.called('one')).toHaveLength(100);
    await world.run(MORNING + 40 * MINUTE);
    expect(world.called('one')).toHaveLength(150);
  });
});
