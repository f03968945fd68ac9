import { describe, expect, test } from 'vitest';
import { type AuditDeed, brokenLink } from '#domain/audit-chain.ts';
import { appendAudit, listAudit } from '#store/audit-log.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { faultyTable, type PutFault } from './faulty-table.ts';

function deed(id: string): AuditDeed {
  return { burst: 'b', id, at: 5, by: 'nora', what: 'schedule', before: null, after: { at: [1] } };
}

async function chainOf(...ids: string[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  for (const id of ids) await appendAudit(table, deed(id));
  return table;
}

describe('the audit log', () => {
  test('keeps deeds in order, each with the hash of the one before', async () => {
    const table = await chainOf('a', 'b', 'c');
    const entries = await listAudit(table, 'b');
    expect(entries.map(({ id, position }) => `${position}${id}`)).toEqual(['0a', '1b', '2c']);
    expect(entries[0]).toMatchObject(deed('a'));
    expect(entries[1]?.previous).toBe(entries[0]?.hash);
    expect(brokenLink(entries)).toBeUndefined();
    expect(await listAudit(table, 'another')).toEqual([]);
  });

  test('a deed without before and after is kept without them', async () => {
    const table = new MemoryTable();
    await appendAudit(table, { burst: 'b', id: 'a', at: 5, by: 'nora', what: 'fire' });
    const [entry] = await listAudit(table, 'b');
    expect(entry && 'before' in entry).toBe(false);
    expect(brokenLink(await listAudit(table, 'b'))).toBeUndefined();
  });

  test('the same deed appended again is one entry', async () => {
    const table = await chainOf('a', 'b', 'a');
    expect(await listAudit(table, 'b')).toHaveLength(2);
  });

  test('writers at once all find a place of their own', async () => {
    const table = new MemoryTable();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(ids.map((id) => appendAudit(table, deed(id))));
    const entries = await listAudit(table, 'b');
    expect(entries.map((entry) => entry.id).toSorted()).toEqual(ids);
    expect(brokenLink(entries)).toBeUndefined();
  });

  test.each<{ puts: PutFault[] }>([
    { puts: ['lost_after'] },
    { puts: ['lost_before'] },
    { puts: ['late'] },
    { puts: ['very_late', 'lost_before', 'lost_after'] },
  ])('a lost answer leaves one entry: $puts', async ({ puts }) => {
    const memory = await chainOf('a');
    await appendAudit(faultyTable(memory, { puts }), deed('b'));
    await appendAudit(memory, deed('c'));
    const entries = await listAudit(memory, 'b');
    expect(entries.map((entry) => entry.id)).toEqual(['a', 'b', 'c']);
    expect(brokenLink(entries)).toBeUndefined();
  });

  test('stays unanswered when no answer comes', async () => {
    const table = faultyTable(new MemoryTable(), { puts: Array(20).fill('lost_before') });
    await expect(appendAudit(table, deed('a'))).rejects.toMatchObject({ code: 'store_unanswered' });
  });

  test.each([
    { what: 'a changed entry', change: { set: { by: 'mallory' } }, at: 1 },
    { what: 'a changed detail', change: { set: { after: '{"at":[2]}' } }, at: 1 },
    { what: 'a removed detail', change: { remove: ['before'] }, at: 1 },
    { what: 'a changed hash', change: { set: { hash: 'f'.repeat(64) } }, at: 1 },
  ])('$what is found', async ({ change, at }) => {
    const table = await chainOf('a', 'b', 'c');
    await table.update({ pk: 'B#b', sk: 'E#000000001' }, change);
    expect(brokenLink(await listAudit(table, 'b'))).toBe(at);
  });

  test('a missing entry is found', async () => {
    const table = await chainOf('a', 'b', 'c');
    await table.delete({ pk: 'B#b', sk: 'E#000000001' });
    expect(brokenLink(await listAudit(table, 'b'))).toBe(1);
  });
});
