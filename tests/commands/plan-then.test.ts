import { expect, test } from 'vitest';
import { planBurst } from '#commands/plan-burst.ts';
import { viewOf } from '#commands/plan-view.ts';
import { previewFile } from '#commands/preview-burst.ts';
import { Refusal } from '#domain/faults.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, files, launch, plan } from './a-context.ts';

const HOUR = 3_600_000;
const THANKS = '# Thank you, {first_name|friend}\n\nYou are in.\n';
const REMINDER = '# Still there?\n\nIt is not too late.\n\n{call}\n';

const then = (lines: string) => `${launch}  then:\n    ${lines}\n`;

async function planned(text: string, more: Record<string, { text: string }> = {}) {
  const world = aWorld();
  await plan(world, launch.replace('atlas-launch', 'other'));
  const context = world.as('nora', 'operator');
  const own = { ...files, 'thanks.md': { text: THANKS }, 'again.md': { text: REMINDER }, ...more };
  const answer = await planBurst(context, { file: { name: 'atlas.yaml', text }, files: own });
  const stored = await loadPlan(world.table, answer.burst, answer.contentHash);
  return { ...answer, stored, plan: viewOf(stored) };
}

test('thanks ask for nothing, and take subject and sender from what is there', async () => {
  const { stored, plan, defaults } = await planned(
    then('thank: { who: converted, body: thanks.md, after: 1h }'),
  );
  const [thank] = stored.followUps ?? [];
  expect(thank).toMatchObject({ name: 'thank', burst: 'atlas-launch-thank', afterMs: HOUR });
  expect(thank?.legs).toHaveLength(1);
  expect(thank?.legs[0]).toMatchObject({
    name: 'prospects',
    audience: 'prospects',
    subject: 'Thank you, {{first_name}}',
    from: 'Nora at Example <nora@example.com>',
    slots: { first_name: 'friend' },
    followUp: { burst: 'atlas-launch', leg: 'prospects', who: 'converted' },
  });
  expect(thank?.legs[0]?.skipConverted).toBeUndefined();
  expect(thank?.legs[0]?.html).not.toContain('call_link');
  expect(plan.followUps).toEqual([
    { name: 'thank', burst: 'atlas-launch-thank', afterMs: HOUR, who: 'converted' },
  ]);
  expect(defaults).toContain('burst.then.thank.subject: Thank you, {first_name|friend}');
});

test('a reminder leaves out whoever has converted, and its words are part of what is approved', async () => {
  const lines =
    'again: { who: not-clicked, body: again.md, after: 2d, calls: split, subject: Still there }';
  const one = await planned(then(lines));
  expect(one.stored.followUps?.[0]?.legs[0]).toMatchObject({
    subject: 'Still there',
    skipConverted: {},
    allocation: [
      { call: 'trial', weight: 1 },
      { call: 'demo', weight: 1 },
    ],
  });
  const other = await planned(then(lines), {
    'again.md': { text: REMINDER.replace('not', 'never') },
  });
  expect(other.contentHash).not.toBe(one.contentHash);
});

test('a preview shows what follows, because it is approved with the burst', async () => {
  const world = aWorld();
  await plan(world, launch.replace('atlas-launch', 'other'));
  const text = then('thank: { who: converted, body: thanks.md, after: 1h }');
  const own = { ...files, 'thanks.md': { text: THANKS } };
  const file = { name: 'atlas.yaml', text };
  const shown = await previewFile(world.as('nora', 'operator'), { file, files: own });
  const thanks = shown.emails.filter(({ followUp }) => followUp === 'thank');
  expect(thanks).toEqual([
    expect.objectContaining({ leg: 'prospects', subject: 'Thank you, {{first_name}}' }),
  ]);
  expect(shown.emails.filter(({ followUp }) => followUp === undefined)).toHaveLength(2);
});

test('a burst that has the name of a follow-up is left alone', async () => {
  const world = aWorld();
  await plan(world, launch.replace('atlas-launch', 'atlas-launch-thank'));
  const text = then('thank: { who: converted, body: thanks.md, after: 1h }');
  const own = { ...files, 'thanks.md': { text: THANKS } };
  const attempt = planBurst(world.as('nora', 'operator'), {
    file: { name: 'atlas.yaml', text },
    files: own,
  });
  await expect(attempt).rejects.toThrow(/a burst "atlas-launch-thank" already/);
});

test.each([
  ['{ who: everybody, body: thanks.md, after: 1h }', 'who', /write converted/],
  ['{ who: converted, body: thanks.md, after: 1m }', 'after', /10m to 30d/],
  ['{ who: converted, body: nowhere.md, after: 1h }', 'body', /"nowhere.md" is missing/],
  ['{ who: converted, body: launch.md, after: 1h }', 'subject', /no heading/],
  ['{ who: clicked, body: again.md, after: 1h }', 'calls', /nobody says which/],
  ['{ who: clicked, body: again.md, after: 1h, calls: nope }', 'calls', /no call "nope"/],
  [
    '{ who: converted, body: thanks.md, after: 1h, from: noreply@example.com }',
    'from',
    /not welcome/,
  ],
])('refused with line and field: %s', async (lines, field, says) => {
  const refusal = await planned(then(`thank: ${lines}`)).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Refusal)) throw new Error('nothing was refused');
  expect(refusal.message).toMatch(says);
  expect(refusal.details).toMatchObject({ field: `burst.then.thank.${field}`, line: 27 });
});
