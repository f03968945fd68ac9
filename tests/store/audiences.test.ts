import { expect, test } from 'vitest';
import { type Contact, countContacts, listContacts, saveContact } from '#store/audiences.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { collect } from './examples.ts';

function contact(id: string, audience = 'members'): Contact {
  return { audience, id, address: `${id}@example.com`, fields: { first_name: 'Nora', city: '' } };
}

async function all(table: MemoryTable, audience = 'members'): Promise<Contact[]> {
  return (await collect(listContacts(table, audience))).flat();
}

test('every contact is listed once, always in the same order, and none of another audience', async () => {
  const table = new MemoryTable();
  const ids = Array.from({ length: 300 }, (_, index) => `person-${index}`);
  for (const id of ids) await saveContact(table, contact(id));
  for (const id of ids) await saveContact(table, contact(id));
  await saveContact(table, contact('person-1', 'members-2'));
  const listed = await all(table);
  expect(listed.map((one) => one.id).toSorted()).toEqual(ids.toSorted());
  expect(await all(table)).toEqual(listed);
  expect(await countContacts(table, 'members')).toBe(300);
  expect(await countContacts(table, 'members-2')).toBe(1);
  expect(await countContacts(table, 'nobody')).toBe(0);
});

test('zone and consent are kept, an import of the same person replaces them', async () => {
  const table = new MemoryTable();
  const full = {
    ...contact('a'),
    zone: 'Europe/Paris',
    consent: { email: { at: 5, source: 'form', withdrawnAt: 9 } },
  };
  await saveContact(table, full);
  expect(await all(table)).toStrictEqual([full]);
  await saveContact(table, contact('a'));
  expect(await all(table)).toStrictEqual([contact('a')]);
});

test('the shards of an audience are about even', async () => {
  const table = new MemoryTable();
  for (let index = 0; index < 1_600; index += 1) await saveContact(table, contact(`p${index}`));
  const shards = new Map<string, number>();
  for (const { pk } of table.snapshot()) shards.set(pk, (shards.get(pk) ?? 0) + 1);
  expect(shards.size).toBe(16);
  expect(Math.min(...shards.values())).toBeGreaterThan(60);
  expect(Math.max(...shards.values())).toBeLessThan(140);
});

test('a shard beyond one page is listed to its end', async () => {
  const table = new MemoryTable();
  const story = 'x'.repeat(100_000);
  for (let index = 0; index < 200; index += 1) {
    await saveContact(table, { ...contact(`p${index}`), fields: { story } });
  }
  expect(await countContacts(table, 'members')).toBe(200);
});
