// examples/product-launch from file to result, by the commands of docs/days/product-launch.md.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../local/temporary-folder.ts';
import { aDay, type Day } from './a-day.ts';

let day: Day;
const burst = 'product-launch';

beforeAll(async () => {
  day = await aDay(burst, 200);
}, 90_000);

afterAll(() => day.end());

test('a second person approves, email and post leave together, and customers get nothing', {
  timeout: 180_000,
}, async () => {
  await day.connectMastodon();
  await day.import('prospects.csv');
  await day.import('customers.csv');
  const planned = await day.tried(['send', day.file('campaign.yaml'), '--yes', '--json']);
  expect([planned.code, planned.json]).toMatchObject([5, { approvalPolicy: 'second' }]);
  const own = await day.tried(['approve', burst, '--yes', '--json']);
  expect([own.code, own.json.error.code]).toEqual([1, 'own_approval']);

  const ines = await day.volley('token', 'create', 'ines', '--scope', 'approver', '--json');
  const asInes = { env: { VOLLEY_TOKEN: ines.json.token as string } };
  const approved = await day.tried(['approve', burst, '--yes', '--json'], asInes);
  expect([approved.code, approved.json.approval]).toMatchObject([0, { by: 'ines' }]);
  // An approval holds for 30 days; the moment of the file lies further ahead.
  const far = await day.tried(['schedule', burst, '--yes', '--json']);
  expect([far.code, far.json.error.code]).toEqual([1, 'approval_expired']);
  const scheduled = await day.volley('schedule', burst, '--in', '20d', '--yes', '--json');
  expect(scheduled.json).toMatchObject({ state: 'scheduled', zone: 'Europe/Paris' });
  const month = new Date(scheduled.json.moment.at).toISOString().slice(0, 7);
  const calendar = await day.volley('calendar', month);
  expect(calendar.stdout).toContain('Europe/Paris  product-launch  scheduled');
  await day.volley('schedule', burst, '--in', '6s', '--yes');

  const watched = await day.volley('status', burst, '--watch');
  expect(watched.stdout).toMatch(/product-launch is sent/);
  expect(watched.stdout).not.toContain('\u001b');
  const { json } = await day.state(burst, 'measuring');
  expect(json.sent).toMatchObject({
    recipients: 90,
    accepted: 82,
    heldBackByReason: { other_list: 8 },
  });
  const late = json.posts.map(({ latenessMs }: { latenessMs: number }) => latenessMs);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);

  const [customer = ''] = day.addresses('customers.csv');
  const who = await day.volley('who', customer, '--json');
  expect(who.json.bursts[0].entries[0]).toMatchObject({ state: 'held_back', reason: 'other_list' });
  const nothing = await day.volley('preview', burst, '--as', customer);
  expect(nothing.stdout).toContain('this person gets nothing: are on a list that is left out');
  const [prospect = ''] = day.addresses('prospects.csv');
  const previewed = await day.volley('preview', burst, '--as', prospect, '--json');
  const store = await until(async () => {
    const answer = await fetch(`${day.operator.urls.inbox}/store`);
    const { emails } = (await answer.json()) as { emails: Mail[] };
    return emails.length >= 82 ? emails : undefined;
  }, 30_000);
  const got = store.find(({ destination }) => destination.to.includes(prospect));
  const [shown] = previewed.json.emails;
  // Byte for byte what this person got.
  expect([shown.subject, shown.html, shown.text]).toEqual([
    got?.subject,
    got?.body.html,
    got?.body.text,
  ]);
  const results = await day.volley('results', burst, '--json');
  const designs = results.json.legs.map((leg: { leg: string; design: string }) => leg.design);
  expect(designs[0]).toBe('randomised');
  expect((await day.volley('results', burst)).stdout).toContain('Start your free trial');
});

interface Mail {
  readonly subject: string;
  readonly destination: { readonly to: readonly string[] };
  readonly body: { readonly html: string; readonly text: string };
}
