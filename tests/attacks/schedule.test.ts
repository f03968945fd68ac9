import { expect, onTestFinished, vi } from 'vitest';
import type { Clock } from '#domain/ports.ts';
import { createClock } from '#environment/clock.ts';
import { loadBurst } from '#store/bursts.ts';
import { listLegs } from '#store/legs.ts';
import { type Api, adminToken, anApi } from '../api/an-api.ts';
import { files, launch } from '../commands/a-context.ts';
import { HOUR, MINUTE, World } from '../runner/world.ts';
import { walkSurface } from './walk.ts';

const T = Date.parse('2027-03-04T20:00:00Z');
const BURST = '/v1/bursts/atlas-launch';
const csv = 'email\nana@example.org\n';

interface Moment {
  readonly at?: string | number;
  readonly tz?: string;
}

async function planned(): Promise<Api> {
  const api = anApi();
  // Before every date of the file, so that none is refused only for being over.
  api.world.now = Date.parse('2026-01-01T00:00:00Z');
  await api.call('POST', '/v1/audiences/prospects/import', { token: adminToken, csv });
  await plan(api, launch);
  return api;
}

function plan(api: Api, text: string) {
  const json = { file: { name: 'atlas.yaml', text }, files };
  return api.call('POST', '/v1/bursts', { token: adminToken, json });
}

/** The moment as the command has it, and as the campaign file does. */
async function answersTo({ at, tz }: Moment) {
  const api = await planned();
  const wanted = at ?? '2026-06-01T10:00';
  const json = { at: wanted, ...(tz === undefined ? {} : { zone: tz }) };
  const isZoned = tz !== undefined || typeof at !== 'string' || /Z$/.test(at);
  const commanded = await api.call('POST', `${BURST}/schedule`, { token: adminToken, json });
  const said = [wanted, tz].filter((one) => one !== undefined).join(' ');
  const inFile = await plan(api, launch.replace('2027-03-04 10:00 Europe/Paris', said));
  const alone = await api.call('POST', `${BURST}/schedule`, {
    token: adminToken,
    json: tz === undefined ? { at: 'x' } : { zone: tz },
  });
  const burst = await loadBurst(api.world.table, 'atlas-launch');
  expect([burst?.state, burst?.momentAt]).toEqual(
    // A command without a zone means the zone the burst was planned in, and says so.
    isZoned || at === 'yesterday'
      ? ['draft', Date.parse('2027-03-04T09:00:00Z')]
      : ['scheduled', Date.parse('2026-06-01T08:00:00Z')],
  );
  return isZoned || at === 'yesterday' ? [commanded, inFile, alone] : [inFile, alone];
}

/** Everybody who was called, by both of two runners where there are two. */
function calledBy(...worlds: readonly World[]): number[] {
  return worlds.flatMap((world) => world.called('launch').map(({ ordinal }) => ordinal));
}

/** A second runner on the same table and in the same time, whose wall clock may be ahead. */
function neighbour(first: World, aheadMs = 0): World {
  const other = new World(first.now());
  const { clock } = first;
  const shifted: Clock = {
    now: () => clock.now() + aheadMs,
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    sleepUntil: (at) => clock.sleepUntil(at - aheadMs),
  };
  Object.assign(other.clock, shifted);
  return Object.assign(other, { table: first.table });
}

/** From now on the wall clock of this world is off by so much; time itself goes on. */
function shiftClock({ clock }: World, byMs: number): void {
  const inner = { now: clock.now, sleepUntil: clock.sleepUntil };
  Object.assign(clock, {
    now: () => inner.now() + byMs,
    sleepUntil: (at: number) => inner.sleepUntil(at - byMs),
  });
}

async function aWorld(readers: number): Promise<World> {
  const world = new World(T - 90_000);
  await world.addReaders('members', readers);
  return world;
}

walkSurface('schedule', {
  'TM-01': async (attack) => {
    for (const moment of attack.input as readonly Moment[]) {
      for (const { status, body } of await answersTo(moment)) {
        expect([status, typeof body.error.message]).toEqual([attack.check?.status, 'string']);
        expect(body.error.field).toMatch(/at|zone/);
      }
    }
  },
  'TM-02': async (attack) => {
    const codes: string[] = [];
    for (const moment of attack.input as readonly Moment[]) {
      const [commanded, inFile] = await answersTo(moment);
      expect([commanded?.status, inFile?.status]).toEqual([422, attack.check?.status]);
      codes.push(commanded?.body.error.code);
    }
    expect(codes).toEqual(['moment_impossible', 'moment_ambiguous']);
  },
  'TM-03': async (attack) => {
    const api = await planned();
    const at = new Date(api.world.now - 1_000).toISOString();
    const answer = await api.call('POST', `${BURST}/schedule`, { token: adminToken, json: { at } });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'moment_past']);
    expect(api.world.started).toHaveLength(Number(attack.check?.sends));
  },
  'TM-05': async (attack) => {
    const world = await aWorld(20);
    await world.plan({ burst: 'launch', at: T, posts: [{}] });
    await world.run(T + 2 * MINUTE);
    const at = [...world.calls, ...world.posted].map((call) => call.at);
    expect(at.length).toBeGreaterThan(1);
    expect(at.filter((one) => one < T)).toHaveLength(Number(attack.check?.early_calls));
    expect(await earlyTimers()).toBe(attack.check?.early_calls);
  },
  'TM-06': async (attack) => {
    for (const { late_s: lateSeconds } of attack.input) {
      const world = await aWorld(20);
      await world.plan({ burst: 'launch', at: T });
      await world.clock.sleepUntil(T + lateSeconds * 1_000);
      await world.run(T + lateSeconds * 1_000 + 5 * MINUTE);
      const burst = await world.load('launch');
      const isTooLate = lateSeconds * 1_000 > 2 * HOUR;
      expect(burst.state).toBe(isTooLate ? 'missed' : 'measuring');
      expect(world.called('launch')).toHaveLength(isTooLate ? 0 : 20);
      if (isTooLate) expect(burst.untold).toMatchObject([{ about: 'missed' }]);
      else {
        const [leg] = await listLegs(world.table, 'launch');
        expect(leg?.latenessMs).toBeGreaterThanOrEqual(lateSeconds * 1_000);
      }
    }
  },
  'TM-07': async (attack) => {
    const world = await aWorld(20);
    const other = neighbour(world, 5_000);
    await world.plan({ burst: 'launch', at: T, posts: [{}], legs: [{ offsetMs: 10_000 }] });
    world.onPost = async () => {
      shiftClock(world, -HOUR);
      return undefined;
    };
    const until = T + 2 * HOUR;
    await Promise.all([world.run(until), other.run(until)]);
    expect([...world.posted, ...other.posted]).toHaveLength(Number(attack.check?.releases));
    expect(calledBy(world, other).sort((one, two) => one - two)).toEqual([...Array(20).keys()]);
    const early = [
      ...world.posted.filter(({ at }) => at < T),
      // By whichever clock called, and that may be five seconds ahead.
      ...world.calls.filter(({ at }) => at < T + 10_000 - HOUR),
      ...other.posted.filter(({ at }) => at < T),
      ...other.calls.filter(({ at }) => at < T + 10_000),
    ];
    expect(early).toHaveLength(Number(attack.check?.early_calls));
  },
  'TM-10': async (attack) => {
    const first = await aWorld(200);
    const second = neighbour(first);
    await first.plan({ burst: 'launch', at: T });
    first.onCall = async () => {
      // The process stands still, its lease does not.
      if (first.calls.length === 2) await first.clock.sleep(10 * MINUTE);
      return undefined;
    };
    const until = T + 20 * MINUTE;
    await Promise.all([first.run(until), second.run(until)]);
    const called = calledBy(first, second);
    expect(second.calls.length).toBeGreaterThan(0);
    expect(called.length - new Set(called).size).toBe(attack.check?.twice);
    const stalledAt = first.calls[1]?.at ?? 0;
    expect(first.calls.filter(({ at }) => at > stalledAt + MINUTE)).toEqual([]);
  },
  'TM-11': async (attack) => {
    const world = await aWorld(20);
    await world.plan({ burst: 'launch', at: T, posts: [{ ifNotReady: 'drop' }] });
    const revoked = { kind: 'rejected', why: 'token', reason: '401' } as const;
    world.onPost = async () => revoked;
    await world.run(T + 2 * MINUTE);
    expect(attack.check?.report).toBe('explicit');
    const { legs, untold } = await world.load('launch');
    expect(legs.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['email', 'sent', undefined],
      ['mastodon', 'rejected', 'token'],
    ]);
    // Somebody is told, and the email went out by itself.
    expect(untold).toContainEqual(expect.objectContaining({ about: 'leg', leg: 'mastodon' }));
    expect(world.called('launch')).toHaveLength(20);
  },
});

/** How often the clock is early when every timer fires at once: a timer may be 0.3 ms early. */
async function earlyTimers(): Promise<number> {
  const fired = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((wake: () => void) => {
    setImmediate(wake);
    return {};
  }) as never);
  onTestFinished(() => fired.mockRestore());
  const clock = createClock();
  let early = 0;
  for (let ahead = 1; ahead <= 30; ahead += 1) {
    const at = clock.now() + ahead;
    await clock.sleepUntil(at);
    if (clock.now() < at) early += 1;
  }
  fired.mockRestore();
  return early;
}
