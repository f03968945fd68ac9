import { expect, test } from 'vitest';
import { MINUTE, PER_SECOND, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

test.each([2_000, -2_000])(
  'a wall clock set by %i ms changes nothing of the pace',
  async (step) => {
    const world = new World(START);
    await world.addReaders('members', 400);
    await world.plan({ burst: 'one', at: T });
    const { now, sleepUntil, monotonic } = world.clock;
    const calledAt: number[] = [];
    world.onCall = async () => {
      calledAt.push(monotonic());
      if (calledAt.length === 8) {
        world.clock.now = () => now() + step;
        world.clock.sleepUntil = (at) => sleepUntil(at - step);
      }
      return undefined;
    };
    await world.run(T + 5 * MINUTE);
    const seconds = (Math.max(...calledAt) - Math.min(...calledAt)) / 1_000;
    const [size = 0] = world.calls.map(({ addressees }) => addressees.length);
    expect(seconds).toBeGreaterThan((400 - 2 * size) / PER_SECOND);
    expect(seconds).toBeLessThan(400 / PER_SECOND + 1);
  },
);

test('a clock that is set back behind the moment is waited for: nothing leaves before it, nobody is stopped', async () => {
  const world = new World(START);
  await world.addReaders('members', 400);
  await world.plan({ burst: 'one', at: T });
  const { now, sleepUntil } = world.clock;
  const calledAt: number[] = [];
  world.onCall = async () => {
    calledAt.push(world.clock.now());
    if (calledAt.length === 2) {
      world.clock.now = () => now() - 5_000;
      world.clock.sleepUntil = (at) => sleepUntil(at + 5_000);
    }
    return undefined;
  };
  await world.run(T + 5 * MINUTE);
  expect(Math.min(...calledAt)).toBe(T);
  expect(world.called('one')).toHaveLength(400);
  expect((await world.load('one')).legs[0]?.state).toBe('sent');
});
