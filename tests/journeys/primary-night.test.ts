// examples/primary-night from file to result, by the commands of docs/days/primary-night.md.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../local/temporary-folder.ts';
import { aDay, type Day } from './a-day.ts';

let day: Day;
const burst = 'primary-night';

beforeAll(async () => {
  day = await aDay(burst, 200);
}, 90_000);

afterAll(() => day.end());

test('two outcomes stand by, a signal fires one of them, and only that one leaves', {
  timeout: 180_000,
}, async () => {
  await day.connectMastodon();
  await day.import('volunteers.csv');
  const checked = await day.volley('check', day.file('campaign.yaml'), '--json');
  expect(checked.json.forecast).toMatchObject({ recipients: 150, heldBack: {}, problems: [] });
  const sent = await day.volley('send', day.file('campaign.yaml'), '--yes', '--json');
  expect(sent.json).toMatchObject({ state: 'standby', outcomes: ['won', 'lost'] });

  const early = await day.tried(['fire', burst, '--outcome', 'won', '--yes', '--json']);
  expect([early.code, early.json.error.code]).toEqual([1, 'too_early']);
  const span = ['--from', 'now', '--until', '23:59', '--zone', 'UTC'];
  await day.volley('standby', burst, ...span, '--yes');
  const rehearsed = await day.volley('rehearse', burst, '--json');
  // Both outcomes are written, one will leave.
  expect(rehearsed.json.written).toMatchObject({ emails: 300, refused: {}, isWhole: true });
  const signal = await day.volley('signal', 'create', burst, '--outcome', 'won', '--json');
  const revoked = await day.volley('signal', 'create', burst, '--outcome', 'lost', '--json');
  await day.volley('signal', 'revoke', burst, revoked.json.signal);
  expect((await fetch(revoked.json.url, { method: 'POST' })).status).toBe(404);
  // A chat that looks at the address fires nothing.
  expect((await fetch(signal.json.url)).status).toBeGreaterThanOrEqual(400);
  await until(async () => {
    const { json } = await day.tried(['status', burst, '--json']);
    return json?.preparedAt === undefined ? undefined : json;
  }, 60_000);
  const fired = await fetch(signal.json.url, { method: 'POST' });
  expect([fired.status, await fired.json()]).toMatchObject([200, { burst, state: 'armed' }]);

  const { json } = await day.state(burst, 'measuring');
  expect(json).toMatchObject({ outcome: 'won', sent: { accepted: 150 } });
  const states = json.legs.map((leg: { name: string; state: string }) => [leg.name, leg.state]);
  expect(Object.fromEntries(states)).toEqual({
    'won-email': 'sent',
    'won-mastodon': 'published',
    'lost-email': 'dropped',
  });
  const [first = ''] = day.addresses('volunteers.csv');
  expect((await day.follow(burst, first)).status).toBe(302);
  const clicks = await until(async () => {
    const results = await day.volley('results', burst, '--json');
    const all = results.json.legs.flatMap((leg: { calls: { humanClicks: number }[] }) => leg.calls);
    const sum = all.reduce(
      (total: number, call: { humanClicks: number }) => total + call.humanClicks,
      0,
    );
    return sum > 0 ? sum : undefined;
  }, 30_000);
  expect(clicks).toBe(1);
  const log = await day.volley('audit', burst, '--log', '--json');
  const deeds = log.json.entries.map(
    ({ by, what }: { by: string; what: string }) => `${by} ${what}`,
  );
  expect(deeds).toContain(`signal-${signal.json.signal} fire`);
  expect((await day.volley('audit', '--verify', '--json')).json.whole).toBe(true);
  expect((await day.volley('audit', '--json')).json.clean).toBe(true);
});
