import { expect, test } from 'vitest';
import { claimKey, type KeyClaim, recordAnswer } from '#store/idempotency.ts';
import { MemoryTable } from '#store/memory-table.ts';

const claim: KeyClaim = {
  key: 'nora#2026-1',
  request: 'digest-1',
  now: 1_000,
  busyUntil: 31_000,
  keepUntil: 86_401_000,
};

async function claimed(table: MemoryTable, changes: Partial<KeyClaim> = {}, nonce = 'a') {
  const answer = await claimKey(table, { ...claim, ...changes }, nonce);
  if (answer.kind !== 'claimed') throw new Error(answer.kind);
  return answer.claim;
}

test('a key is claimed once, then busy, then answered alike', async () => {
  const table = new MemoryTable();
  const own = await claimed(table);
  expect(await claimKey(table, claim, 'b')).toEqual({ kind: 'busy', until: 31_000 });
  const recorded = await recordAnswer(table, own, { status: 200, body: '' }, 'c');
  expect(recorded.kind).toBe('saved');
  const answer = { status: 200, body: '' };
  expect(await claimKey(table, claim, 'd')).toEqual({ kind: 'answered', answer });
});

test('of many at once one is to do it', async () => {
  const table = new MemoryTable();
  const claims = ['a', 'b', 'c', 'd'].map((nonce) => claimKey(table, claim, nonce));
  const kinds = (await Promise.all(claims)).map((answer) => answer.kind);
  expect(kinds.toSorted()).toEqual(['busy', 'busy', 'busy', 'claimed']);
});

test('the same key with another request is refused, whether answered or not', async () => {
  const table = new MemoryTable();
  const own = await claimed(table);
  const other = { ...claim, request: 'digest-2' };
  expect(await claimKey(table, other, 'b')).toEqual({ kind: 'other_request' });
  await recordAnswer(table, own, 'done', 'c');
  expect(await claimKey(table, other, 'd')).toEqual({ kind: 'other_request' });
});

test('a claim whose holder died may be taken over, and the dead holder records nothing', async () => {
  const table = new MemoryTable();
  const dead = await claimed(table);
  const heir = await claimed(table, { now: 31_000, busyUntil: 61_000 }, 'b');
  expect((await recordAnswer(table, dead, 'late', 'c')).kind).toBe('lost');
  expect((await recordAnswer(table, heir, 'done', 'd')).kind).toBe('saved');
});

test('an expired key is free for any request, whatever the table still holds', async () => {
  const table = new MemoryTable();
  await recordAnswer(table, await claimed(table), 'done', 'b');
  const now = claim.keepUntil;
  const again = { request: 'digest-2', now, busyUntil: now + 1, keepUntil: now + 2 };
  expect((await claimed(table, again, 'c')).request).toBe('digest-2');
});
