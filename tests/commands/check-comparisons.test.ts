import { expect, test } from 'vitest';
import { checkBurst } from '#commands/check-burst.ts';
import { importAudience } from '#commands/import-audience.ts';
import { aWorld, files, launch } from './a-context.ts';

async function checked(text: string, people: number) {
  const world = aWorld();
  const context = world.as('nora', 'operator');
  const rows = Array.from({ length: people }, (_, n) => `p${n}@example.org`);
  await importAudience(context, { audience: 'prospects' }, `email\n${rows.join('\n')}\n`);
  return checkBurst(context, { file: { name: 'atlas.yaml', text }, files });
}

const compare = '{ metric: click, expected-rate: 10% }';
const asking = launch.replace('links:', `compare: ${compare}\nlinks:`);

test('check says what can be seen, proposes a test, and warns where little can', async () => {
  const { comparisons, notes, plan } = await checked(asking, 2_000);
  expect(plan.registration).toMatchObject({ metric: 'click', expectedRate: 0.1 });
  const [one] = comparisons;
  expect(one).toMatchObject({ leg: 'prospects', recipients: 2_000, expectedRate: 0.1 });
  // power.prop.test(n = 1000, p1 = 0.1, sig.level = 0.04, power = 0.8): p2 = 0.1421.
  expect(one?.visibleLift).toBeCloseTo(0.421, 2);
  expect(one?.proposedTest?.recipients).toBeLessThan(2_000 / 2 + 1);
  expect(one?.test).toBeUndefined();
  expect(notes).toContain(
    'prospects: with 2000 people only a lift above 30% could be seen: fewer calls, or more people, would tell more',
  );
});

test('a test that is planned says how many and what it gives up', async () => {
  const text = asking.replace('      late: 2h\n', '      late: 2h\n      test: { spread: 2% }\n');
  const { comparisons, notes } = await checked(text, 2_000);
  const [one] = comparisons;
  // S18: s = 0.3, sigma = 0.02, N = 2000: n* = 206.7 an arm.
  expect(one?.test).toMatchObject({ recipients: 2 * 207, spread: 0.02 });
  expect(one?.test?.forgoneAnswers).toBeCloseTo(414 * 0.02 * 0.56419, 3);
  expect(one?.proposedTest).toBeUndefined();
  expect(notes.join()).not.toMatch(/could be seen/);
});

test('with one call nothing is foreseen', async () => {
  const { comparisons } = await checked(launch.replace('calls: split', 'calls: trial'), 100);
  expect(comparisons).toEqual([]);
});
