import { expect, test } from 'vitest';
import { createMeasure } from '#feedback/measure.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { BURST, createFeedbackWorld, T } from './feedback-world.ts';

const MINUTE = 60_000;

async function scheduled() {
  const one = await createFeedbackWorld({ burst: { state: 'scheduled' } });
  const told = () => one.world.logged.filter(({ event }) => event === 'not_armed').length;
  return { ...one, told, measure: createMeasure(one.ports) };
}

test('a burst that nobody armed two minutes before its moment is told of every minute', async () => {
  const { world, told, measure } = await scheduled();
  const counts = [];
  for (const minutesBefore of [30, 20, 10, 5, 3, 2, 1, 0]) {
    world.now = T - minutesBefore * MINUTE;
    await measure();
    counts.push(told());
  }
  expect(counts).toEqual([0, 0, 0, 0, 0, 0, 1, 2]);
});

test('a burst that was scheduled late has one beat of the runner to be armed in', async () => {
  const { world, told, measure, ports } = await scheduled();
  world.now = T - 50_000;
  await measure();
  const burst = await loadBurst(world.table, BURST);
  if (!burst) throw new Error('the burst is gone');
  await saveBurst(world.table, burst, { ...burst, state: 'armed' }, ports.id());
  world.now = T - 10_000;
  await measure();
  expect(told()).toBe(0);
});

test('doubt that lasts is told of with every look, and none where there is none', async () => {
  const one = await createFeedbackWorld();
  await createMeasure(one.ports)();
  expect(one.world.logged).toEqual([]);
  const [email, post] = one.world.burst.legs;
  if (!email || !post) throw new Error('two legs');
  const doubtful = await createFeedbackWorld({
    burst: { legs: [email, { ...post, state: 'in_doubt' }] },
  });
  await createMeasure(doubtful.ports)();
  expect(doubtful.world.logged).toEqual([
    { level: 'warn', event: 'in_doubt', burst: BURST, count: 1 },
  ]);
});
