// examples/product-launch from file to result, by the commands of docs/days/product-launch.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('what the shop sold is brought in by click id, judged first, and counted once', {
  timeout: 120_000,
}, async () => {
  const customers = new Set(day.addresses('customers.csv'));
  const got = day.addresses('prospects.csv').filter((address) => !customers.has(address));
  const clicks = await Promise.all(got.slice(0, 3).map((address) => clickOf(address)));
  const at = new Date().toISOString();
  const orders = [
    ['Order No', 'Source', 'Total', 'Paid at'],
    ['A-1', clicks[0], '"1,249.00"', at],
    ['A-2', clicks[1], '"19,50 €"', at.replace('T', ' ').slice(0, 19)],
    ['A-1', clicks[0], '"1,249.00"', at],
    ['A-3', 'newsletter', '5.00', at],
    ['A-4', clicks[2], 'a lot', at],
  ];
  const file = join(day.folder, 'orders.csv');
  const rejects = join(day.folder, 'orders.rejects.csv');
  writeFileSync(file, `${orders.map((cells) => cells.join(',')).join('\n')}\n`);
  const args = ['conversions', 'import', file, '--map', 'id=Order No', '--map', 'at=Paid at'];
  const given = [...args, '--rejects', rejects, '--json'];

  const judged = await day.volley(...given, '--dry-run');
  const said = {
    rows: 5,
    taken: 3,
    rejected: 2,
    bursts: { [burst]: { count: 3, value: 251_750 } },
  };
  expect(judged.json).toMatchObject({ ...said, dryRun: true });
  const once = await day.volley(...given);
  expect(once.json).toMatchObject({ ...said, dryRun: false, rejects });
  const why = readFileSync(rejects, 'utf8');
  expect(why).toContain('click_unknown');
  expect(why).toContain('value_unclear');
  // A file that is brought in again, and an order that stands in it twice, change nothing.
  await day.volley(...given);

  const sums = await until(async () => {
    const { json } = await day.volley('results', burst, '--json');
    const calls = json.legs.flatMap((leg: { calls: Sums[] }) => leg.calls) as Sums[];
    const sum = (name: keyof Sums) => calls.reduce((all, call) => all + call[name], 0);
    return sum('conversions') > 1
      ? { converting: sum('converting'), conversions: sum('conversions'), value: sum('value') }
      : undefined;
  }, 30_000);
  expect(sums).toEqual({ converting: 2, conversions: 2, value: 126_850 });
  const dead = await day.volley('redrive', '--list', '--json');
  expect(dead.json).toEqual({ deadLetters: [], isWhole: true });
});

/** As the shop gets it: the link is followed, and its page is told who comes. */
async function clickOf(address: string): Promise<string> {
  const followed = await day.follow(burst, address);
  expect(followed.status).toBe(302);
  const to = new URL(followed.headers.get('location') ?? '');
  return to.searchParams.get('ref') ?? '';
}

interface Sums {
  readonly converting: number;
  readonly conversions: number;
  readonly value: number;
}

interface Mail {
  readonly subject: string;
  readonly destination: { readonly to: readonly string[] };
  readonly body: { readonly html: string; readonly text: string };
}
