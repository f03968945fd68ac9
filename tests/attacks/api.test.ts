import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { answerOnce } from '#api/answer-once.ts';
import { approveBurst } from '#commands/approve-burst.ts';
import { changeBurst } from '#commands/change-burst.ts';
import { advance } from '#domain/advance.ts';
import { Fault } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';
import { createBurst, loadBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePrincipal } from '#store/principals.ts';
import { type Answer, type Api, adminToken, anApi } from '../api/an-api.ts';
import { aWorld, files, launch } from '../commands/a-context.ts';
import { aBurst, hash } from '../domain/a-burst.ts';
import { World as RunnerWorld } from '../runner/world.ts';
import { type Probe, walkSurface } from './walk.ts';

const BURST = '/v1/bursts/atlas-launch';
const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n';
const second = launch.replace('  legs:', '  approval: second person\n  legs:');

/** A deployment with a list and a burst in draft that needs a second person. */
async function planned(text = second): Promise<{ api: Api; contentHash: string }> {
  const api = anApi();
  await api.call('POST', '/v1/audiences/prospects/import', { token: adminToken, csv });
  const json = { file: { name: 'atlas.yaml', text }, files };
  const nora = await api.token('nora', 'operator');
  const { body } = await api.call('POST', '/v1/bursts', { token: nora, json });
  return { api, contentHash: body.contentHash };
}

/** One request that has to be refused, within the bounds of every attack. */
async function ask(probe: Probe, api: Api, ...[method, path, over]: Parameters<Api['call']>) {
  const sent = () => api.world.started.length;
  const { value } = await probe.refused(() => api.call(method, path, over), sent);
  return value as Answer;
}

/** Reads of anything but the caller's own token. */
function reads({ world }: Api): number {
  return world.table.meter.readUnits - world.table.meter.of('principal').readUnits;
}

walkSurface(
  'api',
  {
    'AP-02': async (attack, probe) => {
      const { api } = await planned();
      const { method, path, body } = attack.input;
      const planning = { file: { name: 'atlas.yaml', text: second }, files };
      for (const json of [body, { ...planning, status: 'approved', approvedBy: 'me' }]) {
        const answer = await ask(probe, api, method, `/v1${path}`, { token: adminToken, json });
        expect([answer.status, answer.body.error.code]).toEqual([422, 'input_invalid']);
      }
      const stored = await loadBurst(api.world.table, 'atlas-launch');
      expect(stored?.state).toBe(attack.check?.status_of_burst);
      expect(stored?.approval).toBeUndefined();
    },
    'AP-03': async (attack, probe) => {
      const { api } = await planned();
      const path = `/v1${attack.input.path.replace(/\{.*\}/, 'eyJwayI6IkIifQ')}`;
      const answer = await ask(probe, api, attack.input.method, path, { token: adminToken });
      expect(answer.status).toBe(400);
      expect(answer.body.bursts ?? []).toHaveLength(Number(attack.check?.rows));
      // A cursor here is the id it stands for: what is no id is none, whoever made it.
      const other = await ask(probe, api, 'GET', '/v1/bursts?after=B%23T%23x', {
        token: adminToken,
      });
      expect(other.status).toBe(422);
    },
    'AP-04': async (attack, probe) => {
      for (const { burstId } of attack.input) {
        const id = burstId === '{2,048 characters}' ? 'x'.repeat(2_048) : burstId;
        const api = anApi();
        const text = encodeURIComponent(typeof id === 'string' ? id : JSON.stringify(id));
        const inPath = await ask(probe, api, 'GET', `/v1/bursts/${text}`, { token: adminToken });
        expect(inPath.status).toBe(400);
        const json = { burst: id, file: { name: 'a.yaml', text: second } };
        const inBody = await ask(probe, api, 'POST', '/v1/bursts', { token: adminToken, json });
        expect(inBody.status).toBe(422);
        expect(reads(api)).toBe(attack.check?.db_calls);
      }
    },
    'AP-06': async (attack) => {
      const { api, contentHash } = await planned();
      const ben = await api.token('ben', 'approver');
      const nora = await api.token('nora', 'operator');
      const at = { token: nora, json: { at: '2027-03-04T10:00:00Z' } };
      await api.call('POST', `${BURST}/approve`, { token: ben, json: { contentHash } });
      const text = second.replace('Atlas 2 is here', 'Atlas 2 is hers');
      const json = { file: { name: 'atlas.yaml', text }, files };
      expect((await api.call('POST', '/v1/bursts', { token: nora, json })).status).toBe(200);
      expect((await api.call('POST', `${BURST}/schedule`, at)).status).toBe(409);
      expect(api.world.started).toHaveLength(Number(attack.check?.sends));
      // Were it scheduled all the same, the last arrow before the calls asks again.
      const approval = { contentHash: 'b'.repeat(64), by: 'ben', at: 0 };
      const armed = aBurst({ state: 'armed', preparedAt: 1, approval, approvalPolicy: 'second' });
      const commit = { kind: 'commit', epoch: 0, now: 2, legs: [] } as const;
      expect(advance(armed, commit)).toMatchObject({ kind: 'refused', code: 'content_changed' });
    },
    'AP-07': async (attack) => {
      let violations = 0;
      for (let seed = 1; seed <= 1_000; seed += 1) violations += await approveAgainstEdit(seed);
      expect(violations).toBe(attack.check?.violations);
    },
    'AP-08': async (attack, probe) => {
      const { api, contentHash } = await planned();
      const ben = await api.token('ben', 'approver');
      const approval = { token: ben, json: { contentHash } };
      expect(
        (await ask(probe, api, 'POST', `${BURST}/release`, { token: adminToken })).status,
      ).toBe(404);
      const patch = { token: adminToken, json: { status: 'releasing' } };
      expect((await ask(probe, api, 'PATCH', BURST, patch)).status).toBe(405);
      expect((await ask(probe, api, 'POST', `${BURST}/fire`, { token: adminToken })).status).toBe(
        409,
      );
      const text = second.replace('Atlas 2 is here', 'Atlas 2!');
      const json = { file: { name: 'atlas.yaml', text }, files };
      await api.call('POST', '/v1/bursts', { token: adminToken, json });
      expect((await ask(probe, api, 'POST', `${BURST}/approve`, approval)).status).toBe(409);
      expect((await loadBurst(api.world.table, 'atlas-launch'))?.state).toBe('draft');
      expect(api.world.started).toHaveLength(Number(attack.check?.sends));
    },
    'AP-09': async (attack, probe) => {
      for (const { jwt } of attack.input) {
        const api = anApi();
        const token = jwtOf(jwt);
        const answer = await ask(probe, api, 'GET', '/v1/bursts', { token });
        expect(answer.status).toBe(attack.check?.status);
        expect(answer.text + api.logged.join()).not.toContain(token);
      }
    },
    'AP-10': async (attack, probe) => {
      const { api } = await planned();
      const path = `/v1${attack.input.path.replace('{valid}', adminToken)}`;
      const answer = await ask(probe, api, attack.input.method, path);
      expect(answer.status).toBe(attack.check?.status);
      expect(answer.text + api.logged.join()).not.toContain(adminToken);
    },
    'AP-11': async (attack, probe) => {
      const { api } = await planned();
      const asAdmin = { token: adminToken };
      const issue = { ...asAdmin, json: { name: 'zoe', scopes: ['operator'], valid: '1h' } };
      const { body } = await api.call('POST', '/v1/tokens', issue);
      const old = { token: body.token as string };
      expect((await api.call('GET', BURST, old)).status).toBe(200);
      await savePrincipal(api.world.table, old.token, { name: 'zoe', scopes: ['viewer'] });
      const lowered = await ask(probe, api, 'POST', `${BURST}/schedule`, old);
      await api.call('POST', `/v1/tokens/${body.id}/revoke`, asAdmin);
      const revoked = await ask(probe, api, 'GET', BURST, old);
      expect([revoked.status, lowered.status]).toEqual(attack.check?.status);
      const again = await api.call('POST', '/v1/tokens', issue);
      api.world.now += 3_600_000;
      const expired = await ask(probe, api, 'GET', BURST, { token: again.body.token });
      expect(expired.status).toBe(401);
    },
    'AP-12': async () => {
      const { api } = await planned();
      const path = '/v1/suppressions';
      const one = await api.token('one', 'operator');
      const headers = { 'idempotency-key': 'k' };
      const json = { address: 'ana@example.org' };
      const first = await api.call('POST', path, { token: one, json, headers });
      const same = await api.call('POST', path, { token: one, json, headers });
      expect([same.status, same.text]).toEqual([200, first.text]);
      const otherBody = { token: one, json: { address: 'ben@example.org' }, headers };
      expect((await api.call('POST', path, otherBody)).status).toBe(422);
      // The query is part of the request too.
      const asked = { token: one, csv, headers: { 'idempotency-key': 'q' } };
      await api.call('POST', '/v1/audiences/prospects/import?dryRun=true', asked);
      expect((await api.call('POST', '/v1/audiences/prospects/import', asked)).status).toBe(422);
      const two = await api.token('two', 'operator');
      const other = { token: two, json: { address: 'ben@example.org' }, headers };
      expect((await api.call('POST', path, other)).status).toBe(200);
      const long = { token: one, json, headers: { 'idempotency-key': 'x'.repeat(4_096) } };
      expect((await api.call('POST', path, long)).status).toBe(400);
      await expect(underKey(api, 'a\r\nb')).rejects.toMatchObject({ code: 'key_malformed' });
      expect(await whileBusy()).toBe(409);
    },
    'AP-14': async (attack, probe) => {
      const { api } = await planned();
      const [nested, regex, ...rest] = attack.input;
      expect([nested.filter, regex.filter]).toEqual([
        'nested 200 deep',
        "regex ^(a+)+$ on 'aaaa...!'",
      ]);
      const nots = (depth: number): object =>
        depth === 0 ? { field: 'email', is: 'x' } : { not: nots(depth - 1) };
      const count = '/v1/audiences/prospects/count';
      // No body may nest so deeply; what a segment may is less, and said so.
      const filters = [
        { segment: nots(200), status: 400 },
        { segment: nots(50), status: 422 },
        { segment: { field: 'email', regex: '^(a+)+$' }, status: 422 },
      ];
      for (const { segment, status } of filters) {
        const request = { token: adminToken, json: { segment } };
        expect((await ask(probe, api, 'POST', count, request)).status).toBe(status);
      }
      const evil = { segment: { field: 'email', contains: '^(a+)+$' } };
      const taken = await ask(probe, api, 'POST', count, { token: adminToken, json: evil });
      expect(taken.body.selected ?? 0).toBe(0);
      for (const { limit, body } of rest) {
        const csv5 = `email\n${'x'.repeat(5 * 1_048_576)}`;
        const answer = body
          ? await ask(probe, api, 'POST', '/v1/audiences/a/import', {
              token: adminToken,
              csv: csv5,
            })
          : await ask(probe, api, 'GET', `/v1/bursts?limit=${encodeURIComponent(limit)}`, {
              token: adminToken,
            });
        expect(answer.status).toBe(body ? 413 : 422);
      }
    },
    'AP-15': async (attack, probe) => {
      for (const { segment, sort, field } of attack.input) {
        const api = anApi();
        const token = adminToken;
        const json = { segment: segment ?? { field, is: 'x' } };
        const answer = sort
          ? await ask(probe, api, 'GET', `/v1/bursts?sort=${encodeURIComponent(sort)}`, { token })
          : await ask(probe, api, 'POST', '/v1/audiences/prospects/count', { token, json });
        expect(answer.status).toBe(sort ? 400 : 422);
        expect(reads(api)).toBe(attack.check?.db_calls);
      }
    },
    'AP-17': async (attack) => {
      const { api } = await planned();
      for (const method of ['GET', 'OPTIONS', 'HEAD']) {
        const { headers } = await api.raw(method, BURST, { token: adminToken, ...attack.input });
        expect(headers.get('access-control-allow-origin')).toBe(attack.check?.acao);
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
    'AP-21': async (attack) => {
      for (const unreadable of ['U#', 'B#launch#M', 'N#']) {
        const world = await aScheduledWorld(unreadable);
        await world.run(world.now() + 3 * 60_000);
        expect(world.calls).toHaveLength(Number(attack.check?.sends));
        expect(world.warnings.join()).toMatch(/not_prepared|burst_failed/);
      }
    },
  },
  {
    notApplicable: {
      'AP-19':
        'accounts are connected with a token that a person pastes: there is no OAuth callback',
    },
  },
);

/** An approval and an edit under way at once, each step of each in an order drawn from the seed. */
async function approveAgainstEdit(seed: number): Promise<number> {
  const memory = new MemoryTable();
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const stepping = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let step = Math.floor(draw() * 8); step > 0; step -= 1) await undefined;
    return work();
  };
  const table: Table = {
    get: (key, options) => stepping(() => memory.get(key, options)),
    query: (query) => stepping(() => memory.query(query)),
    put: (item, condition) => stepping(() => memory.put(item, condition)),
    update: (key, change, condition) => stepping(() => memory.update(key, change, condition)),
    delete: (key, condition) => stepping(() => memory.delete(key, condition)),
  };
  await createBurst(memory, aBurst({ approvalPolicy: 'second', revision: 0 }), 'n');
  const world = aWorld({ table });
  const contentHash = 'b'.repeat(64);
  await Promise.allSettled([
    approveBurst(world.as('ben', 'approver'), { burst: 'atlas-launch', contentHash: hash }),
    changeBurst(world.as('nora', 'operator'), 'atlas-launch', 'plan', (burst) =>
      advance(burst, { kind: 'edit', contentHash, legs: burst.legs }),
    ),
  ]);
  const burst = await loadBurst(memory, 'atlas-launch', { consistent: true });
  const isApproved = burst?.state === 'approved';
  return isApproved && burst.approval?.contentHash !== burst.contentHash ? 1 : 0;
}

function jwtOf(kind: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = {
    alg: kind === 'alg none' ? 'none' : 'HS256',
    ...(kind.startsWith('kid') ? { kid: '../../dev/null' } : {}),
    ...(kind.startsWith('jku') ? { jku: 'https://evil.test' } : {}),
  };
  const text = `${part(header)}.${part({ sub: 'admin', aud: 'other', exp: 1, nbf: 9e9 })}`;
  return `${text}.${createHmac('sha256', 'public key').update(text).digest('base64url')}`;
}

function underKey({ world }: Api, key: string): Promise<unknown> {
  const { table, clock, entropy } = world.as('x');
  const request = { principal: 'x', key, method: 'POST', path: '/', body: '' };
  return answerOnce({ table, clock, entropy }, request, async () => ({ status: 200, body: {} }));
}

/** The status of a request under a key whose first request is still at work. */
async function whileBusy(): Promise<number> {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const api = anApi({ suppressionKey: () => gate.then(() => 'key') });
  const over = {
    token: adminToken,
    json: { address: 'ana@example.org' },
    headers: { 'idempotency-key': 'busy' },
  };
  const first = api.call('POST', '/v1/suppressions', over);
  await expect
    .poll(async () => (await api.call('POST', '/v1/suppressions', over)).status)
    .toBe(409);
  const { status } = await api.call('POST', '/v1/suppressions', over);
  go();
  expect((await first).status).toBe(200);
  return status;
}

/** A burst about to be released, over a table that cannot read one kind of thing. */
async function aScheduledWorld(unreadable: string): Promise<RunnerWorld> {
  const world = new RunnerWorld(Date.parse('2027-03-04T20:00:00Z'));
  await world.addReaders('members', 5);
  await world.plan({ burst: 'launch', at: world.now() + 60_000 });
  const { table } = world;
  const fail = (key: { pk: string; sk?: string }) => {
    if (!key.pk.startsWith(unreadable) && !key.sk?.startsWith(unreadable)) return;
    throw new Fault('store_unanswered', 'unreadable', { retryable: true });
  };
  const { get, query } = { get: table.get.bind(table), query: table.query.bind(table) };
  table.get = async (key, options) => {
    fail(key);
    return get(key, options);
  };
  table.query = async (asked) => {
    fail({ pk: asked.pk });
    return query(asked);
  };
  return world;
}
