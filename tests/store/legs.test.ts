import { expect, expectTypeOf, test } from 'vitest';
import type { Prepared } from '#channels/contract.ts';
import { type LegItem, listLegs, loadLeg, saveLeg } from '#store/legs.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { leg } from './examples.ts';

test('a leg is read back as it was, its request to the letter', async () => {
  const table = new MemoryTable();
  const item = { ...leg, revision: 1, nonce: 'a' };
  expect(await saveLeg(table, undefined, leg, 'a')).toEqual({ kind: 'saved', item });
  expect(await loadLeg(table, leg.burst, leg.leg)).toStrictEqual(item);
  expect(await loadLeg(table, leg.burst, 'other')).toBeUndefined();
});

test('a leg before it is prepared needs only its names', async () => {
  const table = new MemoryTable();
  const bare: LegItem = { burst: 'b', leg: 'post', revision: 0, nonce: 'new' };
  await saveLeg(table, undefined, bare, 'a');
  expect(await loadLeg(table, 'b', 'post')).toStrictEqual({ ...bare, revision: 1, nonce: 'a' });
});

test('all legs of a burst are listed by name, and no other item', async () => {
  const table = new MemoryTable();
  for (const name of ['post', 'members'])
    await saveLeg(table, undefined, { ...leg, leg: name }, 'a');
  await saveLeg(table, undefined, { ...leg, burst: 'other' }, 'a');
  await table.put({ pk: `B#${leg.burst}`, sk: '#' });
  await table.put({ pk: `B#${leg.burst}`, sk: 'M#' });
  expect((await listLegs(table, leg.burst)).map((one) => one.leg)).toEqual(['members', 'post']);
});

test('a claim is won once', async () => {
  const table = new MemoryTable();
  const { claimedAt: _c, callStartedAt: _s, answeredAt: _a, published: _p, ...ready } = leg;
  const saved = await saveLeg(table, undefined, ready, 'a');
  if (saved.kind === 'lost') throw new Error('lost');
  const claim = { ...saved.item, claimedAt: 5 };
  const claims = [saveLeg(table, saved.item, claim, 'x'), saveLeg(table, saved.item, claim, 'y')];
  const kinds = (await Promise.all(claims)).map((one) => one.kind);
  expect(kinds).toEqual(['saved', 'lost']);
});

test('a prepared request that is not JSON is corrupt', async () => {
  const table = new MemoryTable();
  await saveLeg(table, undefined, leg, 'a');
  await table.update({ pk: `B#${leg.burst}`, sk: 'L#post' }, { set: { prepared: '{' } });
  await expect(loadLeg(table, leg.burst, 'post')).rejects.toMatchObject({ code: 'store_corrupt' });
});

test('what the store keeps is what the channels prepare', () => {
  expectTypeOf<Prepared>().toExtend<NonNullable<LegItem['prepared']>>();
  expectTypeOf<NonNullable<LegItem['prepared']>>().toExtend<Prepared>();
});
