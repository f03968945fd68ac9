import { expect, test } from 'vitest';
import { loadManifestChunk } from '#store/manifests.ts';
import { HOUR, MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

async function sent(world: World): Promise<string[]> {
  await world.run(T + 5 * MINUTE);
  return world
    .called('one')
    .map(({ address }) => address)
    .sort();
}

test('a leg with a segment is meant for those it selects, and nobody else is a recipient', async () => {
  const world = new World(START);
  await world.addContacts('members', [
    { address: 'ana@example.org', fields: { country: 'FR', donor: 'yes' } },
    { address: 'ben@example.org', fields: { country: 'FR' } },
    { address: 'cara@example.org', fields: { country: 'DE', donor: 'yes' } },
  ]);
  const segment = { all: [{ field: 'country', is: 'fr' }, { not: { field: 'donor', is: true } }] };
  await world.plan({ burst: 'one', at: T, legs: [{ segment }] });
  expect(await sent(world)).toEqual(['ben@example.org']);
  expect(await world.head('one')).toMatchObject({ recipients: 1, heldBack: {} });
});

test('two legs over one list by disjoint segments reach everybody once', async () => {
  const world = new World(START);
  const donor = { field: 'donor', is: true };
  await world.addContacts('members', [
    { address: 'ana@example.org', fields: { donor: 'x' } },
    { address: 'ben@example.org' },
  ]);
  const legs = [
    { name: 'donors', segment: donor },
    { name: 'others', segment: { not: donor } },
  ];
  await world.plan({ burst: 'one', at: T, legs });
  expect(await sent(world)).toEqual(['ana@example.org', 'ben@example.org']);
  expect((await world.head('one')).heldBack).toEqual({});
});

test('a leg that demands consent holds back whoever has none, with the reason', async () => {
  const world = new World(START);
  const given = { at: START - HOUR, source: 'form' };
  await world.addContacts('members', [
    { address: 'yes@example.org', consent: { email: given } },
    { address: 'no@example.org', consent: { email: { ...given, withdrawnAt: START } } },
    { address: 'sms@example.org', consent: { sms: given } },
    { address: 'unasked@example.org' },
  ]);
  await world.plan({ burst: 'one', at: T, legs: [{ requireConsent: true }] });
  expect(await sent(world)).toEqual(['yes@example.org']);
  expect((await world.head('one')).heldBack).toEqual({ consent_withdrawn: 1, no_consent: 2 });
});

test('which segments people of a leg are in is kept with them, as it was at the freeze', async () => {
  const world = new World(START);
  await world.addContacts('members', [
    { address: 'ana@example.org', fields: { country: 'FR', donor: 'yes' } },
    { address: 'ben@example.org', fields: { donor: 'yes' } },
    { address: 'cara@example.org' },
  ]);
  const segments = [
    { name: 'french', segment: { field: 'country', is: 'fr' } },
    { name: 'donors', segment: { field: 'donor', is: true } },
  ];
  await world.plan({ burst: 'one', at: T, legs: [{ segments }] });
  expect(await sent(world)).toHaveLength(3);
  const { freeze } = await world.head('one');
  const members = await loadManifestChunk(world.table, 'one', freeze, 0);
  const kept = Object.fromEntries(members.map((one) => [one.address[0] ?? '', one.segments]));
  expect(kept).toEqual({ a: 0b11, b: 0b10, c: undefined });
});
