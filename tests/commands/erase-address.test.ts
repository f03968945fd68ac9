import { expect, test } from 'vitest';
import { eraseAddress } from '#commands/erase-address.ts';
import { erasePerson } from '#commands/erase-person.ts';
import { importAudience } from '#commands/import-audience.ts';
import type { DeadLetter } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listContacts, saveContact } from '#store/audiences.ts';
import { eraseMembers } from '#store/erase-members.ts';
import { loadManifestChunk, saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import type { MemoryTable } from '#store/memory-table.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { findSuppression } from '#store/suppressions.ts';
import { aWorld } from './a-context.ts';

const ANA = 'ana@example.org';
const digest = addressDigest(ANA, 'a key for digests');

const members = [
  { ordinal: 0, address: ANA, fields: { first_name: 'Ana' } },
  { ordinal: 1, address: 'ben@example.org', fields: { first_name: 'Ben' } },
  { ordinal: 2, address: 'ANA@example.org', fields: {} },
];

function headOf(burst: string) {
  return {
    burst,
    revision: 0,
    nonce: 'n',
    freeze: 'f1',
    contentHash: 'h',
    recipients: 3,
    chunkRecipients: 2_000,
    frozenAt: 0,
    legs: [],
    lanes: [],
    perSecond: 10,
    heldBack: {},
    digest: 'd',
  };
}

async function aFrozenWorld(over = {}) {
  const world = aWorld(over);
  const admin = world.as('ada', 'admin');
  const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n';
  await importAudience(admin, { audience: 'members' }, csv);
  // As an older version wrote her: under an id of its own.
  await saveContact(world.table, { audience: 'members', id: 'c7', address: ANA, fields: {} });
  await notePlannedBurst(world.table, 'launch');
  await saveManifestHead(world.table, undefined, headOf('launch'), 'n');
  await saveManifestChunk(world.table, 'launch', 'f1', 0, members);
  return { world, admin };
}

async function everything(table: MemoryTable): Promise<string> {
  const texts: string[] = [];
  for (const item of table.snapshot()) texts.push(JSON.stringify(item));
  const chunk = await loadManifestChunk(table, 'launch', 'f1', 0);
  for await (const page of listContacts(table, 'members')) texts.push(JSON.stringify(page));
  return [...texts, JSON.stringify(chunk)].join('\n').toLowerCase();
}

test('whoever is erased stands nowhere by name, and is never written to again', async () => {
  const { world, admin } = await aFrozenWorld();
  expect(await everything(world.table)).toContain(ANA);
  expect(await eraseAddress(admin, 'Ana@Example.org')).toEqual({
    digest,
    contacts: 2,
    entries: 2,
  });
  expect(await everything(world.table)).not.toContain('ana@');
  expect(await findSuppression(world.table, digest)).toMatchObject({ reason: 'erased' });
  const [first, second, third] = await loadManifestChunk(world.table, 'launch', 'f1', 0);
  expect(first).toEqual({ ordinal: 0, address: `#${digest}`, fields: {} });
  expect(second).toEqual(members[1]);
  // Whoever reads the list later finds the same person by the same digest.
  expect(addressDigest(third?.address ?? '', 'a key for digests')).toBe(digest);
  expect(await eraseAddress(admin, ANA)).toEqual({ digest, contacts: 0, entries: 0 });
});

test('feedback that was set aside and names the person goes, the rest is given back', async () => {
  const letter = (id: string, body: string): DeadLetter => ({ id, body, sentAt: 0, receipt: id });
  const waiting = [letter('one', `{"to":"Ana@example.org"}`), letter('two', 'ben@example.org')];
  const removed: string[] = [];
  const given: string[] = [];
  const { admin } = await aFrozenWorld({
    deadLetters: {
      receive: async () => waiting.splice(0),
      giveBack: async (receipts: string[]) => void given.push(...receipts),
      replay: async () => undefined,
      remove: async (receipt: string) => void removed.push(receipt),
    },
  });
  await eraseAddress(admin, ANA);
  expect({ removed, given }).toEqual({ removed: ['one'], given: ['two'] });
});

test('when the time is up the answer says where to go on', async () => {
  let now = 0;
  const { world, admin } = await aFrozenWorld({ clock: { now: () => (now += 16_000) } });
  const first = await eraseAddress(admin, ANA);
  expect(first).toMatchObject({ contacts: 2, entries: 0, next: 'a:members' });
  const second = await eraseAddress(admin, ANA, first.next);
  expect(second).toMatchObject({ contacts: 0, entries: 2, next: 'b:launch' });
  expect(await eraseAddress(admin, ANA, 'b:launch')).not.toHaveProperty('next');
  expect(await everything(world.table)).not.toContain('ana@');
});

test('of two erasures of one list at once neither undoes the other', async () => {
  const { world } = await aFrozenWorld();
  const erase = (address: string) =>
    eraseMembers(world.table, headOf('launch'), (one) => (one === address ? 'd' : undefined));
  await Promise.all([erase(ANA), erase('ben@example.org'), erase('ANA@example.org')]);
  const left = await loadManifestChunk(world.table, 'launch', 'f1', 0);
  expect(left.map(({ address }) => address)).toEqual(['#d', '#d', '#d']);
});

test('only an admin erases, and only an address', async () => {
  const { world, admin } = await aFrozenWorld();
  const operator = world.as('olga', 'operator');
  await expect(erasePerson(operator, { address: ANA })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(erasePerson(admin, { address: 'nobody' })).rejects.toMatchObject({
    code: 'address_invalid',
  });
});
