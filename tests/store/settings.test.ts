// Principals, signals, connections and rate leases: small items that only have to come back.

import { describe, expect, test } from 'vitest';
import { listConnections, loadConnection, saveConnection } from '#store/connections.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { findPrincipal, revokePrincipal, savePrincipal } from '#store/principals.ts';
import { loadRateLease, saveRateLease } from '#store/rate-leases.ts';
import { findSignal, saveSignal, signalDigest } from '#store/signals.ts';
import { latePuts } from './late-puts.ts';

describe('principals', () => {
  const token = 'vly_3q2-7wAAAAAAAAAAAAAAAA';

  test('whoever holds the token is found, nobody else', async () => {
    const table = new MemoryTable();
    const principal = { name: 'nora', scopes: ['fire', 'stop'] };
    await savePrincipal(table, token, principal);
    expect(await findPrincipal(table, token)).toStrictEqual(principal);
    expect(await findPrincipal(table, `${token}x`)).toBeUndefined();
    await savePrincipal(table, token, { name: 'nora', scopes: [] });
    expect((await findPrincipal(table, token))?.scopes).toEqual([]);
  });

  test('a put without an answer that arrives late revives no token that was revoked', async () => {
    const table = new MemoryTable();
    const late = latePuts(table, 'P#');
    const id = await savePrincipal(late.table, token, { name: 'nora', scopes: ['stop'] });
    await revokePrincipal(table, id, 7);
    await late.arrive();
    expect(await findPrincipal(table, token)).toMatchObject({ revokedAt: 7 });
  });

  test('the token itself is kept nowhere', async () => {
    const table = new MemoryTable();
    await savePrincipal(table, token, { name: 'nora', scopes: [] });
    expect(JSON.stringify(table.snapshot())).not.toContain(token.slice(4, 12));
  });
});

describe('signals', () => {
  test('a put without an answer that arrives late revives none that was revoked', async () => {
    const table = new MemoryTable();
    const late = latePuts(table, 'B#');
    const digest = signalDigest('secret');
    const made = { id: digest.slice(0, 8), digest, name: 'crm', createdBy: 'nora', createdAt: 1 };
    const signal = { burst: 'polls', expiresAt: 100, ...made };
    await saveSignal(late.table, signal);
    await saveSignal(table, { ...signal, revokedAt: 7 });
    await late.arrive();
    expect(await findSignal(table, 'polls', 'secret')).toMatchObject({ revokedAt: 7 });
  });
});

describe('connections', () => {
  test('are found by id and listed by id', async () => {
    const table = new MemoryTable();
    const fedi = {
      id: 'fedi',
      channel: 'mastodon',
      baseUrl: 'https://social.example.org',
      secretName: 'connections/fedi',
      account: '@nora',
    };
    const { account: _none, ...sky } = { ...fedi, id: 'aether', channel: 'bluesky' };
    await saveConnection(table, fedi);
    await saveConnection(table, sky);
    expect(await loadConnection(table, 'fedi')).toStrictEqual(fedi);
    expect(await loadConnection(table, 'none')).toBeUndefined();
    expect(await listConnections(table)).toStrictEqual([sky, fedi]);
  });
});

describe('the rate lease', () => {
  const lease = {
    account: '123456789012#eu-west-1',
    revision: 0,
    nonce: 'new',
    perSecond: 14,
    leases: [{ holder: 'runner', epoch: 1, wanted: 14, perSecond: 7, until: 5 }],
  };

  test('of two holders who take the same share one is saved', async () => {
    const table = new MemoryTable();
    expect(await loadRateLease(table, lease.account)).toBeUndefined();
    const saves = ['a', 'b'].map((nonce) => saveRateLease(table, undefined, lease, nonce));
    expect((await Promise.all(saves)).map((one) => one.kind)).toEqual(['saved', 'lost']);
    const stored = { ...lease, revision: 1, nonce: 'a' };
    expect(await loadRateLease(table, lease.account)).toStrictEqual(stored);
  });
});
