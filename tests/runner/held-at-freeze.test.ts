import { describe, expect, test } from 'vitest';
import { addressDigest } from '#domain/suppression.ts';
import { appendChange } from '#store/change-log.ts';
import { loadManifestChunk } from '#store/manifests.ts';
import { HOUR, MINUTE, SUPPRESSION_KEY, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const consent = { at: START - HOUR, source: 'form' };

async function sent(world: World, burst = 'one'): Promise<string[]> {
  await world.run(T + 5 * MINUTE);
  expect((await world.load(burst)).legs.every((leg) => leg.state === 'sent')).toBe(true);
  return world
    .called(burst)
    .map(({ address }) => address)
    .sort();
}

test('whose erasure has not come to this list yet stands in the frozen one without a name', async () => {
  const world = new World(START);
  await world.addContacts('members', [
    { address: 'ana@example.org', fields: { first_name: 'Ana' }, zone: 'Europe/Athens' },
    { address: 'ben@example.org' },
    { address: 'eva@example.org' },
  ]);
  // Long before the freeze: an erasure of many lists goes on for as long as it takes.
  await world.suppress('ana@example.org', 'erased');
  await world.suppress('eva@example.org', 'unsubscribed');
  await world.clock.sleepUntil(START + 5 * MINUTE);
  await world.plan({ burst: 'one', at: T });
  expect(await sent(world)).toEqual(['ben@example.org']);
  const head = await world.head('one');
  expect(head.heldBack).toEqual({ suppressed: 2 });
  const members = await loadManifestChunk(world.table, 'one', head.freeze, 0);
  const digest = world.digest('ana@example.org');
  const held = members.slice(1).map(({ ordinal: _o, ...rest }) => rest);
  expect(held).toContainEqual({ address: `#${digest}`, fields: {} });
  expect(held).toContainEqual({ address: 'eva@example.org', fields: {} });
});

describe('consent', () => {
  test('whoever withdrew it for the channel is held back at the freeze, with the reason', async () => {
    const world = new World(START);
    await world.addContacts('members', [
      { address: 'yes@example.org', consent: { email: consent } },
      { address: 'no@example.org', consent: { email: { ...consent, withdrawnAt: START } } },
      { address: 'sms@example.org', consent: { sms: { ...consent, withdrawnAt: START } } },
      { address: 'unasked@example.org' },
    ]);
    await world.plan({ burst: 'one', at: T });
    expect(await sent(world)).toEqual([
      'sms@example.org',
      'unasked@example.org',
      'yes@example.org',
    ]);
    expect((await world.head('one')).heldBack).toEqual({ consent_withdrawn: 1 });
  });

  test('a consent withdrawn for one list leaves the same address in another list alone', async () => {
    const world = new World(START);
    const withdrawn = { email: { ...consent, withdrawnAt: START } };
    await world.addContacts('news', [{ address: 'both@example.org', consent: withdrawn }]);
    await world.addContacts('events', [{ address: 'Both@Example.org' }]);
    const legs = [
      { name: 'news', audience: 'news' },
      { name: 'events', audience: 'events' },
    ];
    await world.plan({ burst: 'one', at: T, legs });
    expect(await sent(world)).toEqual(['Both@Example.org']);
  });

  test('a withdrawal while the burst is being sent holds back whoever was not called yet', async () => {
    const world = new World(START);
    await world.addReaders('members', 500);
    await world.plan({ burst: 'one', at: T });
    let last = '';
    world.onCall = async () => {
      world.onCall = async () => undefined;
      const called = new Set(world.called('one').map(({ address }) => address));
      for (let n = 0; n < 500; n += 1) {
        if (!called.has(`reader-${n}@example.org`)) last = `reader-${n}@example.org`;
      }
      await world.suppress(last, 'withdrawn');
      return undefined;
    };
    const addresses = await sent(world);
    expect(addresses).toHaveLength(499);
    expect(addresses).not.toContain(last);
    expect(await world.outcomes('one')).toMatchObject([
      { state: 'held_back', reason: 'withdrawn' },
    ]);
  });
});

describe('one message per person', () => {
  test.each([
    { name: 'the same address', other: 'ana@example.org' },
    { name: 'in other letters', other: '  ANA@Example.ORG ' },
    { name: 'in another form of the same characters', other: 'ana@example.org'.normalize('NFD') },
  ])('two contacts with $name get one', async ({ other }) => {
    const world = new World(START);
    await world.addContacts('members', [{ address: 'ana@example.org' }, { address: other }]);
    await world.plan({ burst: 'one', at: T });
    expect(await sent(world)).toHaveLength(1);
    expect((await world.head('one')).heldBack).toEqual({ same_address: 1 });
  });

  test('composed and decomposed accents are one address', () => {
    const forms = ['Zoë@example.org', 'Zoë@example.org'.normalize('NFD'), ' zoë@EXAMPLE.org'];
    expect(new Set(forms.map((one) => addressDigest(one, SUPPRESSION_KEY))).size).toBe(1);
  });

  test('addresses that differ are different people', async () => {
    const world = new World(START);
    const addresses = ['ana@example.org', 'ana+1@example.org', 'a.na@example.org'];
    await world.addContacts(
      'members',
      addresses.map((address) => ({ address })),
    );
    await world.plan({ burst: 'one', at: T });
    expect(await sent(world)).toEqual(addresses.toSorted());
  });

  test('over the legs of a burst too, whichever comes first', async () => {
    const world = new World(START);
    await world.addReaders('members', 3);
    await world.addReaders('donors', 5);
    const legs = [{ name: 'members' }, { name: 'donors', audience: 'donors', offsetMs: MINUTE }];
    await world.plan({ burst: 'one', at: T, legs });
    const addresses = await sent(world);
    expect(addresses).toHaveLength(5);
    expect(new Set(addresses).size).toBe(5);
    const head = await world.head('one');
    expect(head.heldBack).toEqual({ same_address: 3 });
    expect(head.legs.map(({ leg, from, sendableTo, to }) => [leg, sendableTo - from, to])).toEqual([
      ['members', 3, 3],
      ['donors', 2, 8],
    ]);
  });

  test('whoever is held back for a reason of their own does not take the other contact with them', async () => {
    const world = new World(START);
    const withdrawn = { email: { ...consent, withdrawnAt: START } };
    await world.addContacts('members', [
      { id: 'a', address: 'ana@example.org', consent: withdrawn },
      { id: 'b', address: 'ana@example.org' },
      { id: 'c', address: 'ana@example.org' },
    ]);
    await world.plan({ burst: 'one', at: T });
    expect(await sent(world)).toEqual(['ana@example.org']);
    expect((await world.head('one')).heldBack).toEqual({ consent_withdrawn: 1, same_address: 1 });
  });

  const outcomes = ['won', 'lost'];
  const legs = [
    { name: 'won', audience: 'members', outcome: 'won' },
    { name: 'lost', audience: 'members', outcome: 'lost' },
    { name: 'donors', audience: 'donors' },
  ];
  test.each(outcomes)(
    'legs of different outcomes may hold the same people: %s',
    async (outcome) => {
      const world = new World(START);
      await world.addReaders('members', 4);
      await world.addReaders('donors', 2);
      await world.plan({ burst: 'one', at: T, outcomes, legs });
      await world.order('one', { kind: 'standby', from: START, until: T, zone: 'UTC', now: START });
      await world.run(START + 2 * MINUTE);
      // Two members are donors as well: the leg that leaves in either case has them.
      expect((await world.head('one')).heldBack).toEqual({ same_address: 4 });
      await world.order('one', { kind: 'fire', now: world.now(), outcome });
      await world.run(T + 5 * MINUTE);
      const addresses = world.called('one').map(({ address }) => address);
      expect(addresses.toSorted()).toEqual([0, 1, 2, 3].map((n) => `reader-${n}@example.org`));
    },
  );
});

test('an order that its writer slept over, logged before the freeze and written after it, counts', async () => {
  const world = new World(START);
  await world.addReaders('members', 6);
  const digest = world.digest('reader-3@example.org');
  const at = START - 5 * MINUTE;
  await appendChange(world.table, { id: 'c', at, kind: 'suppressed', digest, reason: 'bounced' });
  await world.plan({ burst: 'one', at: T });
  expect(await sent(world)).toHaveLength(5);
});

test('the weightiest reason is told, and every reason has a range of ordinals of its own', async () => {
  const world = new World(START);
  const withdrawn = { email: { ...consent, withdrawnAt: START } };
  await world.addReaders('members', 6);
  await world.addContacts('members', [
    { id: 'x1', address: 'reader-0@example.org', consent: withdrawn },
    { id: 'x2', address: 'reader-1@example.org', consent: withdrawn },
    { id: 'x3', address: 'reader-2@example.org' },
  ]);
  await world.suppress('reader-1@example.org', 'complained');
  await world.plan({ burst: 'one', at: T });
  expect(await sent(world)).toHaveLength(5);
  const [leg] = (await world.head('one')).legs;
  expect(leg?.held?.map(({ reason, from, to }) => [reason, to - from]).toSorted()).toEqual([
    ['consent_withdrawn', 1],
    ['same_address', 1],
    ['suppressed', 2],
  ]);
  expect(Math.min(...(leg?.held ?? []).map(({ from }) => from))).toBe(leg?.sendableTo);
  expect(Math.max(...(leg?.held ?? []).map(({ to }) => to))).toBe(leg?.to);
});

test('between a fire and its first call the key is not read: a slow answer would hold it up', async () => {
  const world = new World(START);
  await world.addReaders('members', 60);
  await world.plan({ burst: 'one', at: T });
  const until = T + 60 * MINUTE;
  await world.order('one', { kind: 'standby', from: START, until, zone: 'UTC', now: START });
  const running = world.run(START + 5 * MINUTE);
  await world.clock.sleepUntil(START + 2 * MINUTE);
  const read = world.keyReads;
  let readAtCall = 0;
  world.onCall = async () => {
    readAtCall ||= world.keyReads;
    return undefined;
  };
  await world.order('one', { kind: 'fire', now: world.now() });
  await running;
  expect(world.called('one')).toHaveLength(60);
  expect(read).toBeGreaterThan(0);
  expect(readAtCall).toBe(read);
});

describe('a holdout', () => {
  test('is drawn by chance over people, the same in every list, and gets nothing', async () => {
    const world = new World(START);
    await world.addReaders('members', 2_000);
    await world.addContacts('events', [{ address: 'reader-0@example.org' }]);
    const legs = [
      { name: 'members', audience: 'members' },
      { name: 'events', audience: 'events' },
    ];
    await world.plan({ burst: 'one', at: T, legs, holdout: 0.1 });
    const called = await sent(world);
    const { heldBack, legs: ranges } = await world.head('one');
    const held = heldBack.holdout ?? 0;
    // Three standard deviations of 2,000 draws are 40.
    expect(held).toBeGreaterThan(160);
    expect(held).toBeLessThan(240);
    expect(called).toHaveLength(2_000 - held);
    expect(ranges[0]?.held).toEqual([expect.objectContaining({ reason: 'holdout' })]);
    const again = new World(START);
    await again.addReaders('members', 2_000);
    await again.plan({ burst: 'one', at: T, legs: [{}], holdout: 0.1 });
    expect(await sent(again)).toEqual(called);
  });
});

test('members of another list are left out where a leg says so', async () => {
  const world = new World(START);
  await world.addReaders('members', 5);
  await world.addContacts('customers', [{ address: 'Reader-3@example.org' }]);
  await world.plan({ burst: 'one', at: T, legs: [{ exceptLists: ['customers'] }] });
  expect(await sent(world)).toHaveLength(4);
  expect((await world.head('one')).heldBack).toEqual({ other_list: 1 });
});
