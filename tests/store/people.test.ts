import { expect, test } from 'vitest';
import { personDigest } from '#domain/person-key.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { arePeopleStored, bucketsFor, findOrdinals, savePeople } from '#store/people.ts';

const directly = <T>(write: () => Promise<T>): Promise<T> => write();

function aPart(people: number) {
  const place = { burst: 'launch', freeze: 'f', part: 0, buckets: bucketsFor(people) };
  const entries = Array.from({ length: people }, (_, ordinal) => ({
    person: personDigest(`contact-${ordinal}`, 'key'),
    ordinal,
  }));
  return { place, entries };
}

test('everybody is found where they stand, a stranger nowhere', async () => {
  const table = new MemoryTable();
  const { place, entries } = aPart(5_000);
  expect(await arePeopleStored(table, place)).toBe(false);
  await savePeople(table, place, entries, directly);
  expect(await arePeopleStored(table, place)).toBe(true);
  const asked = [entries[17], entries[4_999]].map((one) => one?.person ?? '');
  const stranger = personDigest('somebody else', 'key');
  const found = await findOrdinals(table, place, [...asked, stranger]);
  expect(found.map(({ ordinal }) => ordinal).sort()).toEqual([17, 4_999]);
  const all = await findOrdinals(
    table,
    place,
    entries.map(({ person }) => person),
  );
  expect(all).toHaveLength(5_000);
});

test('somebody who stands there twice is found twice', async () => {
  const table = new MemoryTable();
  const { place, entries } = aPart(10);
  const person = entries[3]?.person ?? '';
  await savePeople(table, place, [...entries, { person, ordinal: 900 }], directly);
  const found = await findOrdinals(table, place, [person]);
  expect(found.map(({ ordinal }) => ordinal)).toEqual([3, 900]);
});

test('a person costs a fiftieth of a write unit to keep and one read unit to find', async () => {
  const table = new MemoryTable();
  const { place, entries } = aPart(20_000);
  await savePeople(table, place, entries, directly);
  expect(table.meter.writeUnits / 20_000).toBeLessThan(0.02);
  table.meter.reset();
  await findOrdinals(table, place, [entries[7]?.person ?? '']);
  expect(table.meter.readUnits).toBeLessThanOrEqual(1);
});

test('a part that was not stored to its end is not taken for one that was', async () => {
  const table = new MemoryTable();
  const { place, entries } = aPart(2_000);
  let puts = 0;
  const dying = <T>(write: () => Promise<T>): Promise<T> => {
    puts += 1;
    return puts > 4 ? Promise.reject(new Error('gone')) : write();
  };
  await expect(savePeople(table, place, entries, dying)).rejects.toThrow('gone');
  expect(await arePeopleStored(table, place)).toBe(false);
});

test('a bucket that is cut off or missing is corrupt, not empty', async () => {
  const table = new MemoryTable();
  const { place, entries } = aPart(300);
  const person = entries[0]?.person ?? '';
  await expect(findOrdinals(table, place, [person])).rejects.toMatchObject({
    code: 'store_corrupt',
  });
  await savePeople(table, place, entries, directly);
  for (const { pk, sk } of table.snapshot()) {
    await table.update({ pk, sk }, { set: { data: new Uint8Array(13) } });
  }
  await expect(findOrdinals(table, place, [person])).rejects.toMatchObject({
    code: 'store_corrupt',
  });
});
