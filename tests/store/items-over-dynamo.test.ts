// The ways of the items over DynamoDB's own protocol: one of each mechanism.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { brokenLink } from '#domain/audit-chain.ts';
import type { Table } from '#domain/ports.ts';
import { listContacts, saveContact } from '#store/audiences.ts';
import { appendAudit, listAudit } from '#store/audit-log.ts';
import {
  createBurst,
  dueBursts,
  listBursts,
  loadBurst,
  pageOfMonth,
  saveBurst,
} from '#store/bursts.ts';
import { readChanges } from '#store/change-log.ts';
import { claimKey, recordAnswer } from '#store/idempotency.ts';
import { keys } from '#store/keys.ts';
import { listLanes, saveLane } from '#store/lanes.ts';
import { listLegs, saveLeg } from '#store/legs.ts';
import { loadManifestChunk, saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { loadMedia, saveMedia } from '#store/media.ts';
import { loadPlan, savePlan } from '#store/plans.ts';
import { findSuppression, listSuppressed, suppress } from '#store/suppressions.ts';
import { listWindowRecords, saveWindowRecord } from '#store/window-records.ts';
import { Chance } from '../conformance/operations.ts';
import { type DynaliteTables, startDynalite } from './dynalite-table.ts';
import { burst, collect, head, lane, leg, momentAt, people, plan, record } from './examples.ts';
import { faultyTable } from './faulty-table.ts';

let dynalite: DynaliteTables;
let table: Table;

beforeAll(async () => {
  dynalite = await startDynalite();
});

beforeEach(async () => {
  table = await dynalite.create();
});

afterAll(() => dynalite.stop());

test('a header is created, found when due, listed in its month and saved once', async () => {
  const created = await createBurst(table, burst, 'a');
  if (created.kind === 'lost') throw new Error('lost');
  expect(await loadBurst(table, burst.id, { consistent: true })).toStrictEqual(created.item);
  expect(await dueBursts(table, momentAt - 1_001)).toEqual([]);
  expect(await dueBursts(table, momentAt - 1_000)).toEqual([burst.id]);
  expect((await listBursts(table, '2026-11')).map((one) => one.id)).toEqual([burst.id]);
  const next = { ...created.item, state: 'cancelled' as const };
  const saves = ['x', 'y', 'z'].map((nonce) => saveBurst(table, created.item, next, nonce));
  const kinds = (await Promise.all(saves)).map((one) => one.kind);
  expect(kinds.toSorted()).toEqual(['lost', 'lost', 'saved']);
  expect(await dueBursts(table, momentAt)).toEqual([]);
});

test('a month is read page by page, also behind a burst that has left it', async () => {
  const moments = [0, 0, 0.5, 1, 1, 2];
  for (const [place, later] of moments.entries()) {
    const one = { ...burst, id: `b-${place}`, momentAt: momentAt + later };
    await createBurst(table, one, 'a');
  }
  const whole = (await listBursts(table, '2026-11')).map(({ id }) => id);
  const first = await pageOfMonth(table, '2026-11', { limit: 2 });
  await table.delete(keys.burst(first.next?.burst ?? ''));
  const second = await pageOfMonth(table, '2026-11', { limit: 3, after: first.next });
  const last = await pageOfMonth(table, '2026-11', { limit: 3, after: second.next });
  const read = [first, second, last].map(({ bursts }) => bursts.map(({ id }) => id));
  expect(read).toEqual([whole.slice(0, 2), whole.slice(2, 5), whole.slice(5)]);
  expect(last.next).toBeUndefined();
});

test('a lost answer is decided by a strong read', async () => {
  const faulty = faultyTable(table, { puts: ['lost_after', 'lost_before', 'late'] });
  const first = await saveLane(faulty, undefined, lane, 'a');
  if (first.kind === 'lost') throw new Error('lost');
  const second = await saveLane(faulty, first.item, { ...first.item, next: 750 }, 'b');
  expect(second.kind).toBe('saved');
  expect(faulty.effects).toHaveLength(2);
  expect(await listLanes(table, lane.burst, 5)).toEqual([
    { ...lane, next: 750, revision: 2, nonce: 'b' },
  ]);
});

test('legs, window records, plans and manifests come back as they were', async () => {
  await saveLeg(table, undefined, leg, 'a');
  expect(await listLegs(table, leg.burst)).toStrictEqual([{ ...leg, revision: 1, nonce: 'a' }]);
  await saveWindowRecord(table, undefined, record, 'a');
  const records = await listWindowRecords(table, record.burst);
  expect(records).toStrictEqual([{ ...record, revision: 1, nonce: 'a' }]);
  expect(await loadPlan(table, plan.burst, await savePlan(table, plan))).toStrictEqual(plan);
  expect((await saveManifestHead(table, undefined, head, 'a')).kind).toBe('saved');
  const chance = new Chance(1);
  const members = people(500, () => chance.fraction());
  await saveManifestChunk(table, head.burst, head.freeze, 0, members);
  expect(await loadManifestChunk(table, head.burst, head.freeze, 0)).toStrictEqual(members);
});

test('a file of several parts comes back whole', async () => {
  const bytes = Uint8Array.from({ length: 1_700_000 }, (_, index) => index >> 4);
  const digest = await saveMedia(table, bytes);
  expect(Buffer.compare(await loadMedia(table, digest), bytes)).toBe(0);
});

test('suppressions, changes, contacts and audit entries are found again', async () => {
  const midnight = Date.UTC(2026, 10, 4);
  await suppress(table, { digest: 'd', reason: 'bounced', at: midnight - 1 }, 'a');
  await suppress(table, { digest: 'd', reason: 'complained', at: midnight }, 'b');
  expect((await findSuppression(table, 'd'))?.reason).toBe('complained');
  expect(await listSuppressed(table)).toEqual(new Set(['d']));
  const changes = await readChanges(table, midnight - 1, midnight);
  expect(changes.map((change) => change.id)).toEqual(['a', 'b']);
  const contact = { audience: 'm', id: 'p', address: 'p@example.com', fields: { city: '' } };
  await saveContact(table, contact);
  expect((await collect(listContacts(table, 'm'))).flat()).toStrictEqual([contact]);
  for (const id of ['a', 'b', 'a']) {
    await appendAudit(table, { burst: 'b', id, at: 1, by: 'nora', what: 'stop', after: [1, null] });
  }
  const entries = await listAudit(table, 'b');
  expect([entries.length, brokenLink(entries)]).toEqual([2, undefined]);
});

test('an idempotency key is claimed once and answered alike', async () => {
  const claim = { key: 'k', request: 'r', now: 1, busyUntil: 2, keepUntil: 9 };
  const answers = await Promise.all(['a', 'b'].map((nonce) => claimKey(table, claim, nonce)));
  const claimed = answers.find((answer) => answer.kind === 'claimed');
  expect(answers.map((answer) => answer.kind).toSorted()).toEqual(['busy', 'claimed']);
  if (claimed) await recordAnswer(table, claimed.claim, { ok: true }, 'c');
  const again = await claimKey(table, claim, 'd');
  expect(again).toEqual({ kind: 'answered', answer: { ok: true } });
});
