import { describe, expect, test } from 'vitest';
import { advance } from '#domain/advance.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { files, launch } from '../commands/a-context.ts';
import { type Api, adminToken, anApi } from './an-api.ts';

const BURST = '/v1/bursts/atlas-launch';
const csv = 'email\nana@example.org\n';
const token = adminToken;

async function planned() {
  const api = anApi();
  await api.call('POST', '/v1/audiences/prospects/import', { token, csv });
  const json = { file: { name: 'atlas.yaml', text: launch }, files };
  const { headers, body } = await api.call('POST', '/v1/bursts', { token, json });
  return { api, json, etag: headers.get('etag') ?? '', body };
}

function act(api: Api, verb: string, etag: string, json: object = {}) {
  return api.call('POST', `${BURST}/${verb}`, { token, json, headers: { 'if-match': etag } });
}

const at = { at: '2027-03-04T10:00:00Z' };

describe('If-Match', () => {
  test('lets a command through that was meant for what stands there, with the next ETag', async () => {
    const { api, etag } = await planned();
    const shown = await api.call('GET', BURST, { token });
    expect(shown.headers.get('etag')).toBe(etag);
    const scheduled = await act(api, 'schedule', etag, at);
    expect(scheduled.status).toBe(200);
    expect(scheduled.headers.get('etag')).not.toBe(etag);
    expect((await act(api, 'cancel', scheduled.headers.get('etag') ?? '')).status).toBe(200);
  });

  test('stops one that was meant for another version, and nothing changes', async () => {
    const { api, etag } = await planned();
    await act(api, 'schedule', '*', at);
    const late = await act(api, 'cancel', etag);
    expect([late.status, late.body.error]).toEqual([
      412,
      {
        code: 'precondition_failed',
        message: 'the burst has changed since it was looked at',
        field: 'If-Match',
      },
    ]);
    expect((await loadBurst(api.world.table, 'atlas-launch'))?.state).toBe('scheduled');
  });

  test('of two who looked at the same version one wins and one is told', async () => {
    const { api, etag } = await planned();
    const both = await Promise.all([act(api, 'schedule', etag, at), act(api, 'cancel', etag)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test('holds for a new plan too, and for one that is not there', async () => {
    const { api, json, etag } = await planned();
    const text = launch.replace('Atlas 2 is here', 'Atlas 2!');
    const edited = { ...json, file: { name: 'atlas.yaml', text } };
    const plan = (body: object, match: string) =>
      api.call('POST', '/v1/bursts', { token, json: body, headers: { 'if-match': match } });
    expect((await plan(edited, etag)).status).toBe(200);
    expect((await plan(json, etag)).status).toBe(412);
    expect((await plan({ ...json, burst: 'other' }, '*')).status).toBe(412);
  });

  test('is not spoilt by a runner that keeps its lease', async () => {
    const { api, etag } = await planned();
    const scheduled = await act(api, 'schedule', etag, at);
    const { table } = api.world;
    const burst = await loadBurst(table, 'atlas-launch');
    if (!burst) throw new Error('there is no burst');
    const now = burst.momentAt ?? 0;
    const leased = advance(burst, { kind: 'lease', holder: 'h', now, leaseUntil: now + 1 });
    if (leased.kind === 'refused') throw new Error(leased.message);
    const armed = await saveBurst(table, burst, leased.burst, 'n1');
    const version = (await api.call('GET', BURST, { token })).headers.get('etag');
    expect(version).not.toBe(scheduled.headers.get('etag'));
    const held = armed.kind === 'saved' ? armed.item : burst;
    const { epoch } = held;
    const renewed = advance(held, { kind: 'renew', holder: 'h', epoch, leaseUntil: now + 9 });
    if (renewed.kind === 'refused') throw new Error(renewed.message);
    await saveBurst(table, held, renewed.burst, 'n2');
    expect((await api.call('GET', BURST, { token })).headers.get('etag')).toBe(version);
  });

  test.each([
    ['GET', BURST, '"x"', 'precondition_unknown'],
    ['POST', '/v1/suppressions', '"x"', 'precondition_unknown'],
    ['POST', `${BURST}/cancel`, 'x', 'header_malformed'],
  ])('%s %s with %s is 400', async (method, path, match, code) => {
    const { api } = await planned();
    const headers = { 'if-match': match };
    const json = method === 'GET' ? {} : { json: {} };
    const answer = await api.call(method, path, { token, headers, ...json });
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
  });
});

test('a list says where its next page is, and every page together is the list', async () => {
  const api = anApi();
  for (let n = 0; n < 5; n += 1) {
    const json = { name: `p${n}`, scopes: ['viewer'] };
    await api.call('POST', '/v1/tokens', { token, json });
  }
  const seen: string[] = [];
  for (let path = '/v1/tokens?limit=2'; path !== ''; ) {
    const { body, headers } = await api.call('GET', path, { token });
    seen.push(...body.tokens.map(({ name }: { name: string }) => name));
    path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
    expect(path === '').toBe(body.next === undefined);
  }
  expect(seen.sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
});

test('tokens are listed without themselves, and who is revoked stays listed', async () => {
  const api = anApi();
  const made = await api.call('POST', '/v1/tokens', {
    token,
    json: { name: 'ben', scopes: ['approver'], valid: '90d' },
  });
  const revoke = `/v1/tokens/${made.body.id}/revoke`;
  const [first, again] = [
    await api.call('POST', revoke, { token }),
    await api.call('POST', revoke, { token }),
  ];
  expect(first.body).toEqual(again.body);
  const listed = await api.call('GET', '/v1/tokens', { token });
  expect(listed.text).not.toContain(made.body.token);
  expect(listed.body.tokens).toMatchObject([
    { id: made.body.id, name: 'ben', issuedBy: 'admin', works: false },
  ]);
  const stored = JSON.stringify(api.world.table.snapshot());
  expect(stored).not.toContain(made.body.token);
  expect((await api.call('POST', '/v1/tokens/0123456789abcdef/revoke', { token })).status).toBe(
    404,
  );
  const audit = await api.call('GET', '/v1/audit', { token });
  expect(audit.body.entries.map(({ what }: { what: string }) => what)).toEqual([
    'issue_token',
    'revoke_token',
    'revoke_token',
  ]);
});
