// What a campaign file says of the first wave of a list never mailed before.

import { expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, launch, plan } from './a-context.ts';

const withField = (field: string) => launch.replace(/^( +)late: 2h/m, `$1late: 2h\n$1${field}`);

async function planned(text: string) {
  const world = aWorld();
  const { burst, contentHash, defaults } = await plan(world, text);
  const { legs } = await loadPlan(world.table, burst, contentHash);
  const email = legs.find((one) => one.kind === 'email');
  return { firstWave: email?.firstWave, reason: email?.firstWaveReason, defaults };
}

test('a list is asked whether it was ever mailed, unless the file says otherwise', async () => {
  const { firstWave, defaults } = await planned(launch);
  expect(firstWave).toBe('auto');
  expect(defaults.find((one) => one.includes('first-wave'))).toMatch(/auto .* 1000 and more/);
});

test.each([
  ['first-wave: auto', 'auto', undefined],
  ['first-wave: 500', { recipients: 500 }, undefined],
  ['first-wave: { off: we mailed them last week }', 'off', 'we mailed them last week'],
])('%s', async (field, firstWave, reason) => {
  const { defaults, ...said } = await planned(withField(field));
  expect(said).toEqual({ firstWave, reason });
  expect(defaults.some((one) => one.includes('first-wave'))).toBe(false);
});

test.each([
  ['off', 'first-wave: off', /off: and why/],
  ['off without a word', 'first-wave: { off: "" }', /empty/],
  ['no', 'first-wave: false', /wrong kind/],
  ['too few to judge', 'first-wave: 10', /too little/],
  ['half a recipient', 'first-wave: 60.5', /./],
])('%s is refused by name', async (_name, field, message) => {
  const refusal = await plan(aWorld(), withField(field)).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Refusal)) throw new Error('it was not refused');
  expect(refusal.message).toContain('first-wave');
  expect(refusal.message).toMatch(message);
});
