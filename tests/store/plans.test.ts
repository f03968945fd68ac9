import { expect, test } from 'vitest';
import { contentHash } from '#domain/content-hash.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { loadPlan, savePlan } from '#store/plans.ts';
import { Chance } from '../conformance/operations.ts';
import { plan } from './examples.ts';

test('a plan is stored under the hash of its content', async () => {
  const table = new MemoryTable();
  const hash = await savePlan(table, plan);
  expect(hash).toBe(contentHash(plan));
  expect(await loadPlan(table, plan.burst, hash)).toStrictEqual(plan);
});

test('a new version leaves the approved one as it was', async () => {
  const table = new MemoryTable();
  const approved = await savePlan(table, plan);
  const edited = await savePlan(table, { ...plan, offer: 'Another' });
  expect(edited).not.toBe(approved);
  expect((await loadPlan(table, plan.burst, approved)).offer).toBe('The appeal');
  expect((await loadPlan(table, plan.burst, edited)).offer).toBe('Another');
});

test('a plan that nobody stored is a fault', async () => {
  const loading = loadPlan(new MemoryTable(), plan.burst, 'f'.repeat(64));
  await expect(loading).rejects.toMatchObject({ name: 'Fault', code: 'plan_missing' });
});

test('a plan too large for one item is refused with the limit', async () => {
  const chance = new Chance(1);
  const noise = Array.from({ length: 700_000 }, () => chance.below(36).toString(36)).join('');
  const saving = savePlan(new MemoryTable(), { ...plan, offer: noise });
  await expect(saving).rejects.toMatchObject({
    name: 'Refusal',
    code: 'plan_too_large',
    details: { limit: 'at most 389120 bytes compressed' },
  });
});
