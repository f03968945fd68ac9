import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '#domain/ports.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { conform } from './conform.ts';
import { dynaliteSubject, type Subject } from './subject.ts';

let subject: Subject;

beforeAll(async () => {
  subject = await dynaliteSubject();
});

afterAll(() => subject.stop());

test('the table in memory answers 1,000 random operations as dynalite does', async () => {
  const options = { operations: 1_000, seed: 20_261_103 };
  const { disagreements } = await conform(new MemoryTable(), subject.table, options);
  expect(disagreements).toEqual([]);
});

test('a table that judges one condition wrongly is found out', async () => {
  const memory = new MemoryTable();
  const wrong: Table = {
    get: (key, options) => memory.get(key, options),
    query: (query) => memory.query(query),
    delete: (key, condition) => memory.delete(key, condition),
    update: (key, change, condition) => memory.update(key, change, condition),
    put: (item, condition) => memory.put(item, condition?.kind === 'below' ? undefined : condition),
  };
  const { disagreements } = await conform(new MemoryTable(), wrong, { operations: 500, seed: 1 });
  expect(disagreements.length).toBeGreaterThan(0);
});
