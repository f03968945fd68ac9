import { beforeAll, expect, test } from 'vitest';
import { nameOf } from '#api/open-api.ts';
import type { Route } from '#api/route.ts';
import { routes } from '#api/routes.ts';
import { adminToken } from './an-api.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';

const lists = routes.filter(({ query }) => query.includes('after'));

/** Of which the world holds several, so that there is more than one page. */
const LONG = [
  'get_audiences_audience_imports',
  'get_bursts',
  'get_bursts_burst_recipients',
  'get_calendar',
  'get_campaigns_campaign_calls',
  'get_dead_letters',
];

let world: ContractWorld;

beforeAll(async () => {
  world = await contractWorld();
});

function addressOf({ path }: Route): string {
  const named: Record<string, string> = {
    audience: 'prospects',
    burst: 'b-measuring',
    campaign: 'atlas-launch',
  };
  const place = path.replace(/\{(\w+)\}/g, (_all, name: string) => named[name] ?? '');
  return path === '/v1/calendar' ? `${place}?month=2026-11&` : `${place}?`;
}

async function ask(address: string) {
  const answer = await world.api.call('GET', address, { token: adminToken });
  expect(answer.status).toBe(200);
  const [, items] = Object.entries(answer.body).find(([, value]) => Array.isArray(value)) ?? [];
  return { ...answer, items: items as readonly unknown[] };
}

test('every list that may grow is told page by page', () => {
  const unpaged = routes
    .filter(({ method, query }) => method === 'get' && !query.includes('after'))
    .map(nameOf);
  // One thing each, or a list that the file of the burst bounds.
  expect(unpaged.sort()).toEqual([
    'get_audiences_audience_imports_import',
    'get_audiences_audience_imports_import_chunks_chunk',
    'get_bursts_burst',
    'get_bursts_burst_export',
    'get_bursts_burst_ledger',
    'get_bursts_burst_results',
    'get_deployment',
    'get_me',
  ]);
});

async function everything(address: string, limit: number): Promise<unknown[]> {
  const all: unknown[] = [];
  const ends = new Set<unknown>();
  for (let next: string | undefined = `${address}limit=${limit}`; next !== undefined; ) {
    const page = await ask(next);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    all.push(...page.items);
    next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    expect(next === undefined).toBe(page.body.next === undefined);
    expect(ends.has(page.body.next)).toBe(false);
    ends.add(page.body.next);
  }
  return all;
}

test.each(lists.map((route) => ({ name: nameOf(route), route })))(
  '$name, one by one, is the whole list',
  async ({ name, route }) => {
    const one = await everything(addressOf(route), 1);
    expect(one).toEqual(await everything(addressOf(route), 100));
    if (LONG.includes(name)) expect(one.length).toBeGreaterThan(2);
  },
);

test.each([
  ['imports', '/v1/audiences/prospects/imports?after=A%23B'],
  ['a month', '/v1/calendar?month=2026-11&after=b-missed'],
  ['calls', '/v1/campaigns/atlas-launch/calls?after=demo'],
  ['dead letters', '/v1/dead-letters?after=letter-1'],
])('%s do not begin behind what never was a next', async (_what, path) => {
  const { status, body } = await world.api.call('GET', path, { token: adminToken });
  expect([status, body.error.code, body.error.field]).toEqual([422, 'input_invalid', 'after']);
});

test('a page goes on behind a burst that has left its month', async () => {
  const first = await ask('/v1/calendar?month=2026-11&limit=2');
  const whole = await ask('/v1/calendar?month=2026-11&limit=100');
  const gone = (first.items.at(-1) as { burst: string }).burst;
  const month = async () => (await ask('/v1/calendar?month=2026-11&limit=100')).items.length;
  await world.table.delete({ pk: `B#${gone}`, sk: '#' });
  const rest = await ask(`/v1/calendar?month=2026-11&limit=100&after=${first.body.next}`);
  expect(await month()).toBe(whole.items.length - 1);
  expect(rest.items).toEqual(whole.items.slice(2));
});
