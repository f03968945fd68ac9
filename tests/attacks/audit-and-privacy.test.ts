import { createHash, createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { importAudience } from '#commands/import-audience.ts';
import { type AuditEntry, type AuditHead, auditHash, verifyAudit } from '#domain/audit-chain.ts';
import type { DeadLetter } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { createLog } from '#environment/log.ts';
import { listContacts } from '#store/audiences.ts';
import { appendAudit, listAudit } from '#store/audit-log.ts';
import {
  loadManifestChunk,
  loadManifestHead,
  saveManifestChunk,
  saveManifestHead,
} from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { findSuppression } from '#store/suppressions.ts';
import { adminToken, anApi } from '../api/an-api.ts';
import { World as RunnerWorld } from '../runner/world.ts';
import { head as aHead } from '../store/examples.ts';
import { walkSurface } from './walk.ts';

const ANA = 'ana@example.org';
const KEY = 'a key for digests';

async function aChain(): Promise<AuditEntry[]> {
  const table = new MemoryTable();
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    await appendAudit(table, { burst: 'b', id, at: 5, by: 'nora', what: `did ${id}` });
  }
  return listAudit(table, 'b');
}

const headOf = (entries: readonly AuditEntry[], position: number): AuditHead => ({
  position,
  hash: entries[position]?.hash ?? '',
});

/** The chain from an entry on with other contents and the right hashes. */
function rewritten(entries: readonly AuditEntry[], from: number): AuditEntry[] {
  const chain: AuditEntry[] = entries.slice(0, from);
  for (const entry of entries.slice(from)) {
    const next = { ...entry, by: 'mallory', previous: chain.at(-1)?.hash ?? '' };
    chain.push({ ...next, hash: auditHash(next) });
  }
  return chain;
}

walkSurface('audit-and-privacy', {
  'LG-01': (attack) => {
    const lines: string[] = [];
    const log = createLog((line) => void lines.push(line));
    log.info('click', { agent: attack.input['user-agent'] });
    expect(lines.join('\n').split('\n')).toHaveLength(Number(attack.check?.lines));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f]/);
    expect(JSON.parse(lines[0] ?? '').agent).toBe(attack.input['user-agent']);
  },
  'LG-02': async (attack) => {
    const chain = await aChain();
    const heads = [headOf(chain, 4), headOf(chain, 2)];
    expect(verifyAudit(chain, heads).broken).toBeUndefined();
    const forged = { ...(chain[4] as AuditEntry), position: 5, previous: 'f'.repeat(64) };
    const [zero, one, two, three, four] = chain as [
      AuditEntry,
      AuditEntry,
      AuditEntry,
      AuditEntry,
      AuditEntry,
    ];
    const tampered: Record<string, [AuditEntry[], number]> = {
      'change one field of one entry': [chain.with(2, { ...two, by: 'mallory' }), 2],
      'delete one entry': [[zero, one, three, four], 2],
      'swap two entries': [[zero, two, one, three, four], 1],
      'truncate the tail': [[zero, one, two], 3],
      'append a forged entry': [[...chain, { ...forged, hash: auditHash(forged) }], 5],
      'rewrite the chain from entry n with the right hashes': [rewritten(chain, 1), 2],
    };
    for (const { op } of attack.input) {
      const [entries, position] = tampered[op] ?? [[], -1];
      const { broken } = verifyAudit(entries, heads);
      expect([op, broken !== undefined, broken?.position]).toEqual([
        op,
        attack.check?.detected,
        position,
      ]);
    }
  },
  'LG-04': async (attack) => {
    const letter: DeadLetter = { id: 'd', body: `{"to":"${ANA}"}`, sentAt: 0, receipt: 'd' };
    const waiting = [letter];
    const removed: string[] = [];
    const deadLetters = {
      receive: async () => waiting.splice(0),
      giveBack: async () => undefined,
      replay: async () => undefined,
      remove: async (receipt: string) => void removed.push(receipt),
    };
    const api = anApi({ deadLetters });
    const { table } = api.world;
    const admin = api.world.as('ada', 'admin');
    const csv = `email,first_name\n${ANA},Anastasia\nben@example.org,Ben\n`;
    for (const audience of ['one', 'two', 'three']) await importAudience(admin, { audience }, csv);
    const members = [
      { ordinal: 0, address: ANA, fields: { first_name: 'Anastasia' } },
      { ordinal: 1, address: 'ben@example.org', fields: {} },
    ];
    for (const burst of ['done-1', 'done-2']) {
      await notePlannedBurst(table, burst);
      const head = { ...aHead, burst, recipients: 2, chunkRecipients: 2 };
      await saveManifestHead(table, undefined, head, 'n');
      await saveManifestChunk(table, burst, head.freeze, 0, members);
    }
    const before = await loadManifestHead(table, 'done-1');
    const body = { token: adminToken, json: { address: 'Ana@Example.org' } };
    expect((await api.call('POST', '/v1/people/erase', body)).status).toBe(200);
    const digest = addressDigest(ANA, KEY);
    const kept: string[] = [];
    for (const audience of ['one', 'two', 'three']) {
      for await (const page of listContacts(table, audience)) kept.push(JSON.stringify(page));
    }
    for (const burst of ['done-1', 'done-2']) {
      kept.push(JSON.stringify(await loadManifestChunk(table, burst, aHead.freeze, 0)));
    }
    kept.push(...table.snapshot().map((item) => JSON.stringify(item)), ...api.logged);
    expect(kept.filter((text) => /ana@|anastasia/i.test(text))).toHaveLength(
      Number(attack.check?.residual),
    );
    expect(removed).toEqual(['d']);
    expect(await findSuppression(table, digest)).toMatchObject({ reason: 'erased' });
    expect(await loadManifestHead(table, 'done-1')).toMatchObject({
      recipients: before?.recipients,
    });
    await excludesWhoIsErased();
  },
  'LG-05': (attack) => {
    const key = createHash('sha256').update('the deployment’s own').digest('base64url');
    const wanted = addressDigest(ANA, key);
    // Which hash, how cut and under which guess: with the key one try is enough, without it none is.
    expect(addressDigest(ANA, key)).toBe(wanted);
    let matches = 0;
    for (let n = 0; n < 50_000; n += 1) {
      const address = n === 0 ? ANA : `${['info', 'anna', 'john'][n % 3]}${n}@example.org`;
      const guesses = [
        createHash('sha256').update(address).digest('base64url').slice(0, 22),
        createHmac('sha256', 'key').update(`address\n${address}`).digest('base64url').slice(0, 22),
        addressDigest(address, ''),
      ];
      matches += guesses.filter((guess) => guess === wanted).length;
    }
    expect(matches).toBe(attack.check?.matches);
    expect(addressDigest(ANA, 'the key of another deployment')).not.toBe(wanted);
  },
  'LG-06': async (attack) => {
    const api = anApi();
    const { table } = api.world;
    const made = await api.call('POST', '/v1/tokens', {
      token: adminToken,
      json: { name: 'zoe', scopes: ['operator'], valid: '1h' },
    });
    const headers = { 'idempotency-key': 'k' };
    const first = { token: adminToken, json: { address: ANA }, headers };
    await api.call('POST', '/v1/suppressions', first);
    const stored = table.snapshot().length;
    // Past every limit, and nothing was deleted: the table's own deletion is two days behind.
    api.world.now += 400 * 86_400_000;
    let visible = 0;
    if ((await api.call('GET', '/v1/bursts', { token: made.body.token })).status !== 401)
      visible += 1;
    const other = { token: adminToken, json: { address: 'ben@example.org' }, headers };
    if ((await api.call('POST', '/v1/suppressions', other)).status === 422) visible += 1;
    const listed = await api.call('GET', '/v1/tokens', { token: adminToken });
    if (listed.body.tokens[0].works) visible += 1;
    expect(table.snapshot().length).toBeGreaterThanOrEqual(stored);
    expect(visible).toBe(attack.check?.visible);
  },
});

/** Somebody who is erased while a burst goes out is not written to any more. */
async function excludesWhoIsErased(): Promise<void> {
  const world = new RunnerWorld(Date.parse('2027-03-04T20:00:00Z'));
  await world.addReaders('members', 200);
  await world.plan({ burst: 'launch', at: world.now() + 60_000 });
  let last = '';
  world.onCall = async () => {
    if (last !== '') return undefined;
    const { freeze } = await world.head('launch');
    const members = await loadManifestChunk(world.table, 'launch', freeze, 0);
    last = members.at(-1)?.address ?? '';
    await world.suppress(last, 'erased');
    return undefined;
  };
  await world.run(world.now() + 5 * 60_000);
  expect(last).not.toBe('');
  expect(world.called('launch').map(({ address }) => address)).not.toContain(last);
  expect(world.called('launch')).toHaveLength(199);
}
