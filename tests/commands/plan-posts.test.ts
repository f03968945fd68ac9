import { describe, expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import type { BroadcastLegPlan } from '#domain/plan.ts';
import { loadLinkTable } from '#store/link-tables.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, launch, plan } from './a-context.ts';

const HOUR = 3_600_000;

function carrying(calls: string, text = launch): string {
  const changed = text.replace('      calls: trial\n', `      calls: ${calls}\n`);
  expect(changed).not.toBe(text);
  return changed;
}

async function planned(text: string, world = aWorld()) {
  const answer = await plan(world, text);
  const stored = await loadPlan(world.table, answer.burst, answer.contentHash);
  const posts = stored.legs.filter((one) => one.kind === 'broadcast') as BroadcastLegPlan[];
  return {
    ...answer,
    stored,
    posts,
    links: (await loadLinkTable(world.table, answer.burst)) ?? {},
  };
}

describe('a series', () => {
  test('is a post leg a slot, every call equally often, drawn with the plan', async () => {
    const { posts, stored, links, legs } = await planned(carrying('{ series: 8, every: 3h }'));
    expect(posts.map(({ name, offsetMs }) => [name, offsetMs / HOUR])).toEqual(
      Array.from({ length: 8 }, (_, slot) => [`mastodon-0${slot + 1}`, slot * 3]),
    );
    expect(posts.filter(({ call }) => call === 'trial')).toHaveLength(4);
    expect(legs).toHaveLength(9);
    const own = posts[0]?.call ?? '';
    expect(links[`mastodon-01/${own}`]).toContain('utm_source=mastodon');
    expect(stored.registration.legs[1]).toMatchObject({
      leg: 'mastodon-01',
      design: 'series',
      series: 'mastodon',
      paired: false,
      readMs: 24 * HOUR,
    });
  });

  test('is drawn by the burst’s own name: the same again for it, another for another', async () => {
    const text = carrying('{ series: 20, every: 1h }');
    const drawn = async (name: string) =>
      (await planned(text.replace('atlas-launch', name))).posts.map(({ call }) => call).join(' ');
    const [one, again, ...others] = await Promise.all(
      ['one', 'one', 'two', 'three', 'four'].map(drawn),
    );
    expect(again).toBe(one);
    expect(new Set([one, ...others]).size).toBe(4);
  });

  test('in pairs holds each call once a pair', async () => {
    const { posts, stored } = await planned(carrying('{ series: 12, every: 1h, pairs: true }'));
    for (let pair = 0; pair < 6; pair += 1) {
      const calls = posts.slice(pair * 2, pair * 2 + 2).map(({ call }) => call);
      expect(calls.sort()).toEqual(['demo', 'trial']);
    }
    expect(new Set(posts.filter((_, n) => n % 2 === 0).map(({ call }) => call)).size).toBe(2);
    expect(stored.registration.legs[1]?.paired).toBe(true);
  });

  test('that lasts beyond the window moves its end, and too short a one is said to prove nothing', async () => {
    const { stored, notes } = await planned(carrying('{ series: 4, every: 7d }'));
    expect(stored.registration.windowMs).toBe(21 * 24 * HOUR + 24 * HOUR);
    expect(notes.join('\n')).toMatch(/compare.within: 22d, because the last post/);
    expect(notes.join('\n')).toMatch(/mastodon: 2 posts a call prove nothing: from 4 posts a call/);
  });
});

test('after the click one post has one link, and every call a destination behind it', async () => {
  const { posts, links, stored, notes } = await planned(
    carrying('{ after-the-click: split, say: See for yourself }'),
  );
  expect(posts).toHaveLength(1);
  expect(posts[0]).toMatchObject({
    call: 'split',
    visitors: ['trial', 'demo'],
    say: 'See for yourself',
  });
  expect(Object.keys(links).filter((name) => name.startsWith('mastodon/'))).toEqual([
    'mastodon/trial',
    'mastodon/demo',
  ]);
  expect(stored.registration.legs[1]).toMatchObject({
    design: 'after_the_click',
    weights: [
      { call: 'trial', weight: 1 },
      { call: 'demo', weight: 1 },
    ],
  });
  expect(notes.join('\n')).toMatch(/mastodon is one post: .*randomised after the click/);
});

test('after the click only conversions tell pages apart, and a file without a goal is told so', async () => {
  const text = carrying('{ after-the-click: split, say: See for yourself }');
  expect((await planned(text)).notes.join()).not.toMatch(/name a goal/);
  const without = await planned(text.replace(/goal: .*\n/, ''));
  expect(without.notes.join('\n')).toMatch(
    /mastodon: after the click only conversions.*name a goal/,
  );
});

describe('refused with file, line and field', () => {
  const at = 'burst.legs.mastodon.calls';
  test.each([
    ['split', at, /a post cannot be split/],
    ['{ series: 7, every: 3h }', `${at}.series`, /not even over 2 calls \(a multiple of 2/],
    ['{ series: 100, every: 3h }', `${at}.series`, /too much \(at most 40/],
    ['{ series: 8, every: 1m }', `${at}.every`, /10m to 7d/],
    ['{ series: 8 }', `${at}.every`, /this is missing/],
    ['{ series: 8, every: 7d }', `${at}.every`, /at most 30d in all/],
    ['{ series: 8, every: 1h, read: 1m }', `${at}.read`, /10m to 30d/],
    ['{ series: 8, every: 1h, of: [trial, nope] }', `${at}.of`, /there is no call "nope"/],
    ['{ series: 8, every: 1h, of: [trial, trial] }', `${at}.of`, /two calls at least/],
    ['{ after-the-click: split }', `${at}.say`, /this is missing/],
    ['{ after-the-click: [trial], say: x }', `${at}.after-the-click`, /at least 2 entries/],
    ['{ serious: 8 }', at, /nothing is called|wrong kind|missing/],
  ])('calls: %s', async (calls, field, says) => {
    const refusal = await plan(aWorld(), carrying(calls)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(refusal instanceof Refusal)) throw new Error('nothing was refused');
    expect(refusal.message).toMatch(says);
    expect(refusal.details.field).toContain(field);
    expect(refusal.details.line).toBeGreaterThan(20);
  });

  test('pairs of three calls', async () => {
    const three = launch.replace(
      'burst:\n',
      '  more: { say: More, to: "https://example.com/m" }\nburst:\n',
    );
    const attempt = plan(aWorld(), carrying('{ series: 12, every: 1h, pairs: true }', three));
    await expect(attempt).rejects.toThrow(/pairs are of two calls, and there are 3/);
  });
});
