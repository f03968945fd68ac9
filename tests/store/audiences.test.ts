import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Contact,
  countContacts,
  listContacts,
  loadContact,
  saveContact,
} from '#store/audiences.ts';
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

test('what is written without asking the schema is what the schema would have taken', async () => {
  const odd = fc.constantFrom<unknown>(undefined, null, 7, '', 'x', [], {}, 'a'.repeat(300), 'A B');
  const field = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), odd);
  const good = {
    audience: fc.constant('members'),
    id: fc.constant('p1'),
    address: fc.constant('p1@example.com'),
    fields: fc.constant({ city: 'Lille' }),
  };
  const any = fc.record(
    {
      audience: fc.oneof(good.audience, odd),
      id: fc.oneof(good.id, odd),
      address: fc.oneof(good.address, odd),
      fields: fc.oneof(good.fields, field, odd),
      zone: odd,
      mark: odd,
      consent: odd,
      other: odd,
    },
    { requiredKeys: ['audience', 'id'] },
  );
  const outcome = async (write: () => Promise<unknown>): Promise<unknown> =>
    write().catch((error: Error) => error.name);
  await fc.assert(
    fc.asyncProperty(fc.oneof(any, fc.record(good)), async (value) => {
      const one = value as unknown as Contact;
      const table = new MemoryTable();
      const written = await outcome(() => saveContact(table, one));
      const parsed = Contact.safeParse(value);
      expect(written === undefined).toBe(parsed.success);
      if (!parsed.success) return;
      const known = JSON.parse(JSON.stringify(parsed.data));
      expect(await loadContact(table, one.audience, one.id)).toEqual(known);
    }),
    { numRuns: 500 },
  );
});
