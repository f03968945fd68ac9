import { expect, test } from 'vitest';
import { type Facts, noFacts } from '#domain/facts.ts';
import type { EmailLegPlan, FollowUpPlan } from '#domain/plan.ts';
import { listAudit } from '#store/audit-log.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadNode, saveNode } from '#store/facts.ts';
import { loadLinkTable } from '#store/link-tables.ts';
import { HOUR, legOf, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

function followUp(
  who: NonNullable<EmailLegPlan['followUp']>['who'],
  afterMs = 2 * HOUR,
): FollowUpPlan {
  const isReminder = who !== 'converted';
  const leg = legOf({
    subject: 'Again',
    followUp: { burst: 'one', leg: 'email', who },
    ...(isReminder ? { skipConverted: {} } : {}),
  });
  return { name: 'again', burst: 'one-again', afterMs, legs: [leg] };
}

async function worldWith(one: FollowUpPlan, count = 10): Promise<World> {
  const world = new World(START);
  await world.addReaders('members', count);
  await world.plan({ burst: 'one', at: T, followUps: [one] });
  return world;
}

/** What is known of a recipient, by address, as recording would have written it. */
async function know(world: World, known: Record<string, Partial<Facts>>) {
  const called = world.called('one');
  const facts = new Map<string, Facts>();
  for (const [address, own] of Object.entries(known)) {
    const ordinal = called.find((one) => one.address === address)?.ordinal;
    facts.set(String(ordinal), {
      ...noFacts(),
      link: 'email/trial',
      deliveredAt: T + MINUTE,
      ...own,
    });
  }
  const place = {
    burst: 'one',
    space: 'o',
    path: '',
    revision: 0,
    nonce: '',
    kind: 'leaf',
  } as const;
  await saveNode(
    world.table,
    await loadNode(world.table, 'one', 'o', ''),
    { ...place, facts },
    'n',
  );
}

const clicked = (at: number): Partial<Facts> => ({
  clicks: [{ at, link: 'email/trial', agent: 'browser', isHead: false, isBait: false }],
});
const converted = (at: number): Partial<Facts> => ({
  conversions: [{ id: 'v', at, link: 'email/trial', value: 0 }],
});

function addresses(world: World, burst: string): string[] {
  return world
    .called(burst)
    .map(({ address }) => address)
    .sort();
}

test('thanks go to whoever has converted by then, in a burst made when the first was sent', async () => {
  const world = await worldWith(followUp('converted'));
  await world.run(T + HOUR);
  expect(await loadBurst(world.table, 'one-again')).toMatchObject({
    state: 'scheduled',
    momentAt: T + 2 * HOUR,
    plannedBy: 'ana',
    follows: 'one',
  });
  expect((await listAudit(world.table, 'one-again'))[0]).toMatchObject({
    what: 'follow_up',
    by: 'ana',
  });
  expect(Object.keys((await loadLinkTable(world.table, 'one-again')) ?? {})).toContain(
    'email/trial',
  );
  await know(world, {
    'reader-3@example.org': converted(T + HOUR),
    'reader-4@example.org': clicked(T + HOUR),
  });
  await world.run(T + 3 * HOUR);
  expect(addresses(world, 'one-again')).toEqual(['reader-3@example.org']);
});

test('a reminder goes to whoever was reached and neither clicked nor converted', async () => {
  const world = await worldWith(followUp('not-clicked'));
  world.onCall = async ({ addressees }) => ({
    kind: 'answered',
    outcomes: addressees.map(({ address }) =>
      address === 'reader-9@example.org'
        ? { kind: 'refused', reason: 'MESSAGE_REJECTED' }
        : { kind: 'accepted' },
    ),
  });
  await world.run(T + HOUR);
  world.onCall = async () => undefined;
  await know(world, {
    'reader-1@example.org': {},
    'reader-3@example.org': converted(T + HOUR),
    'reader-4@example.org': clicked(T + HOUR),
  });
  await world.run(T + 3 * HOUR);
  expect(addresses(world, 'one-again')).toEqual(
    [0, 1, 2, 5, 6, 7, 8].map((n) => `reader-${n}@example.org`),
  );
});

test('nothing follows a burst that was abandoned', async () => {
  const world = await worldWith(followUp('not-clicked'), 400);
  world.onCall = async () => {
    world.onCall = async () => undefined;
    await world.order('one', { kind: 'stop', now: world.now(), reason: 'no' });
    return undefined;
  };
  await world.run(T + HOUR);
  await world.order('one', {
    kind: 'abandon',
    now: world.now(),
    measureUntil: world.now(),
  });
  await world.run(T + 4 * HOUR);
  expect(await loadBurst(world.table, 'one-again')).toBeUndefined();
});

test('a runner that dies between the two bursts leaves one follow-up, and one that is sent', async () => {
  const world = await worldWith(followUp('not-clicked'));
  const { table } = world;
  const put = table.put.bind(table);
  let deaths = 0;
  table.put = async (item, condition) => {
    const written = await put(item, condition);
    if (item.pk === 'B#one-again' && item.sk === '#' && deaths === 0) {
      deaths += 1;
      world.crash();
    }
    return written;
  };
  await world.run(T + HOUR);
  expect(deaths).toBe(1);
  expect((await world.load('one')).state).toBe('measuring');
  await world.run(T + 4 * HOUR);
  expect(addresses(world, 'one-again')).toHaveLength(10);
  const followed = (await listAudit(table, 'one-again')).filter(({ what }) => what === 'follow_up');
  expect(followed).toHaveLength(1);
});

test('a series that goes on for days holds up nothing that follows the email', async () => {
  const world = new World(START);
  await world.addReaders('members', 10);
  const posts = [0, 1, 2].map((slot) => ({
    name: `mastodon-0${slot + 1}`,
    offsetMs: slot * 6 * HOUR,
    series: { name: 'mastodon', slot, paired: false, readMs: HOUR },
  }));
  await world.plan({ burst: 'one', at: T, posts, followUps: [followUp('not-clicked')] });
  await world.run(T + 3 * HOUR);
  expect((await world.load('one')).state).toBe('releasing');
  expect(addresses(world, 'one-again')).toHaveLength(10);
  await world.run(T + 13 * HOUR);
  expect(world.posted).toHaveLength(3);
  expect(addresses(world, 'one-again')).toHaveLength(10);
});
