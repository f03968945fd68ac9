// examples/product-launch from file to result, by the commands of docs/days/product-launch.md.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

test('some get nothing by chance, buyers are thanked, the rest is reminded, and what it all brought is told', {
  timeout: 120_000,
}, async () => {
  const folder = join(day.folder, 'spring');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(SPRING)) writeFileSync(join(folder, name), text);
  const [list, file] = [join(folder, 'friends.csv'), join(folder, 'campaign.yaml')];
  await day.volley('audience', 'import', list, '--consent-source', 'a form');
  const checked = await day.volley('check', file);
  expect(checked.stdout).toMatch(/then {8}spring-thank, 10m .* to whoever has converted by then/);
  await day.volley('send', file, '--in', '4s', '--yes', '--no-watch');
  const sent = (await day.state('spring', 'measuring')).json.sent;
  const held = sent.heldBackByReason.holdout;
  expect(sent).toMatchObject({ accepted: FRIENDS - held, heldBack: held });
  expect(held).toBeGreaterThan(0);

  const shown = await day.volley('status', 'spring');
  expect(shown.stdout).toMatch(/then +spring-thank: scheduled, .* to whoever has converted/);
  expect((await day.volley('list')).stdout).toMatch(/spring-thank .*\(follows spring\)/);
  const missing = await day.volley('results', 'spring');
  expect(missing.stdout).toContain('conversions by person are missing');

  // The shop knows people by their address: those who got nothing buy as well.
  const at = new Date().toISOString();
  const buyers = Array.from({ length: FRIENDS / 2 }, (_, place) => `Friend-${place}@Example.com`);
  const sales = buyers.map((address, place) => `${address},S-${place},10.00,${at}`);
  writeFileSync(join(folder, 'sales.csv'), ['Email,Order No,Total,At', ...sales, ''].join('\n'));
  const map = ['person=Email', 'id=Order No'].flatMap((one) => ['--map', one]);
  const given = [join(folder, 'sales.csv'), '--burst', 'spring', ...map, '--json'];
  for (let turn = 0; turn < 2; turn += 1) {
    const { json } = await day.volley('conversions', 'import', ...given);
    expect(json).toMatchObject({ taken: buyers.length, byPerson: buyers.length, rejected: 0 });
  }
  const { json } = await until(async () => {
    const said = await day.volley('results', 'spring', '--json');
    const { treatedConverting: own, heldOutConverting: other } = said.json.holdout;
    return own + other === buyers.length ? said : undefined;
  }, 30_000);
  expect(json.holdout).toMatchObject({ treated: FRIENDS - held, heldOut: held });
  expect(json.holdout.heldOutConverting).toBeGreaterThan(0);
  expect(json.comparison.holdout.lift).toBeTypeOf('number');

  await day.volley('schedule', 'spring-thank', '--in', '3s', '--yes');
  await day.volley('schedule', 'spring-remind', '--in', '3s', '--yes');
  const thanked = (await day.state('spring-thank', 'measuring')).json.sent.accepted;
  const reminded = (await day.state('spring-remind', 'measuring')).json.sent.accepted;
  // Whoever was held back is neither thanked nor reminded.
  expect(thanked).toBe(json.holdout.treatedConverting);
  expect(thanked + reminded).toBe(FRIENDS - held);
  const thanks = await day.volley('results', 'spring-thank');
  expect(thanks.stdout).toContain('Nothing to compare: it asks for nothing.');
  expect(thanks.stdout).not.toContain('Goal');

  const page = await fetch(`${day.operator.urls.api}/console/bursts/spring`, {
    headers: { authorization: `Bearer ${day.operator.token}` },
  });
  const html = await page.text();
  expect(html).toContain(json.holdout.headline);
  expect(html).toContain('href="/console/bursts/spring-remind"');
});

const FRIENDS = 60;
const SPRING = {
  'friends.csv': [
    'email',
    ...Array.from({ length: FRIENDS }, (_, n) => `friend-${n}@example.com`),
    '',
  ].join('\n'),
  'campaign.yaml': `campaign: spring
goal: { count: order, target: 30, within: 7d }
calls:
  give: { say: Order today, to: "https://example.com/order?ref={click}" }
  look: { say: Look at it first, to: "https://example.com/look?ref={click}" }
burst:
  at: 2028-03-02 10:00 Europe/Paris
  holdout: 25%
  legs:
    friends:
      channel: email
      to: { list: friends.csv }
      calls: split
      from: Nora at Example <nora@example.com>
      subject: Spring
      body: spring.md
  then:
    thank: { who: converted, body: thanks.md, after: 10m }
    remind: { who: not-clicked, body: again.md, after: 2d, calls: split }
`,
  'spring.md': 'Spring is here.\n\n{call}\n',
  'thanks.md': '# Thank you\n\nIt is on its way.\n',
  'again.md': '# Still time\n\nUntil Sunday.\n\n{call}\n',
};

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
