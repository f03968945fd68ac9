// What a schema refuses is neither written nor read.

import { describe, expect, test } from 'vitest';
import type { Notice } from '#domain/notice.ts';
import type { Item, Key, Table } from '#domain/ports.ts';
import { listAnswerDelays, saveAnswerDelays } from '#store/answer-delays.ts';
import { listContacts, saveContact } from '#store/audiences.ts';
import { appendAudit, listAudit } from '#store/audit-log.ts';
import { createBurst, loadBurst } from '#store/bursts.ts';
import { pageCallRecords, saveCallRecord } from '#store/call-records.ts';
import { appendChange, readChanges } from '#store/change-log.ts';
import { loadConnection, saveConnection } from '#store/connections.ts';
import { loadContactCount, noteImporting } from '#store/contact-counts.ts';
import { claimKey } from '#store/idempotency.ts';
import { loadLane, saveLane } from '#store/lanes.ts';
import { loadLeg, saveLeg } from '#store/legs.ts';
import { loadManifestHead, saveManifestHead } from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { loadNotice, saveNotice } from '#store/notices.ts';
import { findPrincipal, savePrincipal } from '#store/principals.ts';
import { loadRateLease, saveRateLease } from '#store/rate-leases.ts';
import { listSignals, saveSignal, signalDigest } from '#store/signals.ts';
import { findSuppression, suppress } from '#store/suppressions.ts';
import { loadWindowRecord, saveWindowRecord } from '#store/window-records.ts';
import { burst, collect, head, lane, leg, record } from './examples.ts';

interface Kind {
  readonly kind: string;
  /** Writes one valid item, with these members changed. */
  readonly write: (table: Table, changes: object) => Promise<unknown>;
  readonly read: (table: Table) => Promise<unknown>;
  /** A member that the schema refuses. */
  readonly wrong: object;
}

const contact = { audience: 'a', id: 'p', address: 'p@example.com', fields: {} };
const connection = {
  id: 'fedi',
  channel: 'mastodon',
  baseUrl: 'https://x.example',
  secretName: 's',
};
const rate = { account: '1#eu', revision: 0, nonce: 'n', perSecond: 1, leases: [] };
const change = { id: 'c', at: 5, kind: 'suppressed', reason: 'r', digest: 'd' } as const;
const order = { digest: 'd', reason: 'bounced', at: 5 } as const;
const deed = { burst: 'b', id: 'd', at: 5, by: 'nora', what: 'fire' };
const claim = { key: 'k', request: 'r', now: 1, busyUntil: 2, keepUntil: 3 };
const notice: Notice = {
  burst: 'b',
  id: 'missed-1',
  revision: 0,
  nonce: 'n',
  about: 'missed',
  needsPerson: true,
  createdAt: 5,
  subject: 's',
  text: 't',
  html: 'h',
  payload: '{}',
  deliveries: [{ to: 'ops@example.com', kind: 'email', state: 'waiting', nextAt: 5, tries: [] }],
};
const signal = {
  burst: 'b',
  id: 'abcdef01',
  digest: signalDigest('secret'),
  name: 'desk',
  createdBy: 'nora',
  createdAt: 1,
  expiresAt: 2,
};

const delays = { counts: [3, 0, 2], endedAt: 5 };

const callRecord = {
  call: 'give',
  burst: 'b',
  leg: 'email',
  channel: 'email',
  readAt: 5,
  metric: 'click',
  exposed: null,
  answers: 7,
  outcome: 'won',
};

const kinds: Kind[] = [
  {
    kind: 'header',
    write: (table, changes) => createBurst(table, { ...burst, ...changes }, 'n'),
    read: (table) => loadBurst(table, burst.id),
    wrong: { state: 'sent' },
  },
  {
    kind: 'leg',
    write: (table, changes) => saveLeg(table, undefined, { ...leg, ...changes }, 'n'),
    read: (table) => loadLeg(table, leg.burst, leg.leg),
    wrong: { resolves: 1.5 },
  },
  {
    kind: 'lane',
    write: (table, changes) => saveLane(table, undefined, { ...lane, ...changes }, 'n'),
    read: (table) => loadLane(table, lane.burst, lane.lane),
    wrong: { next: '700' },
  },
  {
    kind: 'window record',
    write: (table, changes) => saveWindowRecord(table, undefined, { ...record, ...changes }, 'n'),
    read: (table) => loadWindowRecord(table, record.burst, record.lane, record.from),
    wrong: { attempt: null },
  },
  {
    kind: 'manifest head',
    write: (table, changes) => saveManifestHead(table, undefined, { ...head, ...changes }, 'n'),
    read: (table) => loadManifestHead(table, head.burst),
    wrong: { recipients: -0.5 },
  },
  {
    kind: 'contact',
    write: (table, changes) => saveContact(table, { ...contact, ...changes }),
    read: (table) => collect(listContacts(table, 'a')),
    wrong: { fields: { age: 7 } },
  },
  {
    kind: 'count of contacts',
    write: (table, changes) =>
      noteImporting(table, { audience: 'a', import: 'i', ...changes }, true, () => 'n'),
    read: (table) => loadContactCount(table, 'a'),
    wrong: { audience: 'Not An Id' },
  },
  {
    kind: 'change log entry',
    write: (table, changes) => appendChange(table, { ...change, ...changes }),
    read: (table) => readChanges(table, 0, 10),
    wrong: { kind: 'changed' },
  },
  {
    kind: 'suppression',
    write: (table, changes) => suppress(table, { ...order, ...changes }, 'c'),
    read: (table) => findSuppression(table, 'd'),
    wrong: { burst: 'Not An Id' },
  },
  {
    kind: 'rate lease',
    write: (table, changes) => saveRateLease(table, undefined, { ...rate, ...changes }, 'n'),
    read: (table) => loadRateLease(table, rate.account),
    wrong: { leases: [{ holder: 'h' }] },
  },
  {
    kind: 'audit entry',
    write: (table, changes) => appendAudit(table, { ...deed, ...changes }),
    read: (table) => listAudit(table, 'b'),
    wrong: { by: 'two words' },
  },
  {
    kind: 'notice',
    write: (table, changes) => saveNotice(table, undefined, { ...notice, ...changes }, 'n'),
    read: (table) => loadNotice(table, 'b', 'missed-1'),
    wrong: { about: 'lunch' },
  },
  {
    kind: 'answer delays',
    write: (table, changes) => saveAnswerDelays(table, 'click', 'b', { ...delays, ...changes }),
    read: (table) => listAnswerDelays(table, 'click', 10),
    wrong: { counts: [1, -1] },
  },
  {
    kind: 'call record',
    write: (table, changes) => saveCallRecord(table, 'c', { ...callRecord, ...changes }),
    read: async (table) => (await pageCallRecords(table, 'c', { limit: 10 })).records,
    wrong: { answers: 1.5 },
  },
  {
    kind: 'idempotency key',
    write: (table, changes) => claimKey(table, { ...claim, ...changes }, 'n'),
    read: (table) => claimKey(table, claim, 'm'),
    wrong: { busyUntil: -1 },
  },
  {
    kind: 'signal',
    write: (table, changes) => saveSignal(table, { ...signal, ...changes }),
    read: (table) => listSignals(table, signal.burst),
    wrong: { expiresAt: 'tomorrow' },
  },
  {
    kind: 'principal',
    write: (table, changes) => savePrincipal(table, 't', { name: 'n', scopes: [], ...changes }),
    read: (table) => findPrincipal(table, 't'),
    wrong: { scopes: 'all' },
  },
  {
    kind: 'connection',
    write: (table, changes) => saveConnection(table, { ...connection, ...changes }),
    read: (table) => loadConnection(table, 'fedi'),
    wrong: { channel: 'No Channel' },
  },
];

describe.each(kinds)('a $kind', ({ write, read, wrong }) => {
  test('with a member the schema refuses is not written', async () => {
    const table = new MemoryTable();
    const [member = ''] = Object.keys(wrong);
    const refused = { code: 'store_refused', message: expect.stringContaining(member) };
    await expect(write(table, wrong)).rejects.toMatchObject(refused);
    expect(table.snapshot().filter((item) => !item.pk.startsWith('V#'))).toEqual([]);
  });

  test.each([
    { what: 'with a member the schema refuses', change: { set: wrong as Record<string, string> } },
    { what: 'with a member nobody knows', change: { set: { unheardOf: 1 } } },
  ])('$what is not read', async ({ change: damage }) => {
    const table = new MemoryTable();
    await write(table, {});
    for (const item of table.snapshot()) await table.update(keyOf(item), damage);
    await expect(read(table)).rejects.toMatchObject({ code: 'store_corrupt', retryable: false });
  });

  test('is read as it was written', async () => {
    const table = new MemoryTable();
    await write(table, {});
    await expect(read(table)).resolves.toBeDefined();
  });
});

function keyOf({ pk, sk }: Item): Key {
  return { pk, sk };
}
